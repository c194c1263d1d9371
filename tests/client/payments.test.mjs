// Payments through the SDK, and what they do to their order: status, balance, approval, and what a search finds.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { applicationError, idsOf, UNKNOWN_ID, violations } from './shop.mjs';
import { fields, openSite, payment, sameCounts, smallOrder } from './sites.mjs';

const APP = 'd80111c5-a0f4-47a8-b63a-65b54d774a27';
const giftCard = (amount) => ({ amount: { amount }, giftcardPaymentDetails: { giftCardPaymentId: 'g', appId: APP } });
const membership = (amount) => ({
  amount: { amount }, membershipPaymentDetails: { lineItemId: 'l', name: { original: 'Gold' }, providerAppId: APP },
});

async function openOrder(total = '20', changes = {}) {
  const site = await openSite();
  const { _id: id } = await site.orders.createOrder(smallOrder(total, changes));
  return { site, id };
}

const add = async (site, id, ...payments) => (await site.transactions.addPayments(id, payments)).paymentsIds;
const setStatus = (site, orderId, paymentId, status) => site.transactions.updatePaymentStatus({ orderId, paymentId }, { status });

/** The balance of an order as numbers, without what is absent. */
async function balanceOf(site, id) {
  const { balanceSummary } = await site.orders.getOrder(id);
  return Object.fromEntries(Object.entries(balanceSummary).map(([key, price]) => [key, Number(price.amount)]));
}

test('an order is paid in two parts, and found after each', async () => {
  const { site, id } = await openOrder();
  const filter = (paymentStatus, ...methods) => ({ paymentStatus, paymentMethods: { $hasAll: methods } });
  assert.deepEqual(await site.find({ paymentMethods: { $hasSome: ['CreditCard', 'Cash'] } }), []);

  const first = await site.transactions.addPayments(id, [payment('12.50')]);
  assert.deepEqual(first.paymentsIds, idsOf(first.orderTransactions.payments));
  assert.deepEqual(await site.find(filter('PARTIALLY_PAID', 'CreditCard')), [id]);
  assert.deepEqual(await site.find({ paymentStatus: 'NOT_PAID' }), []);
  assert.deepEqual(await balanceOf(site, id), { balance: 7.5, paid: 12.5, refunded: 0 });

  const second = await site.transactions.addPayments(id, [payment('7.50', { paymentMethod: 'Cash', offlinePayment: true })]);
  assert.deepEqual(idsOf(second.orderTransactions.payments), [...first.paymentsIds, ...second.paymentsIds]);
  assert.deepEqual(await site.find(filter('PAID', 'CreditCard', 'Cash')), [id]);
  assert.deepEqual(await site.find({ paymentStatus: 'PARTIALLY_PAID' }), []);
  assert.deepEqual(await balanceOf(site, id), { balance: 0, paid: 20, refunded: 0 });

  const order = await site.orders.getOrder(id);
  assert.deepEqual(order.activities.map(({ type }) => type), ['ORDER_PLACED', 'ORDER_PARTIALLY_PAID', 'ORDER_PAID']);
  const { orderTransactions } = await site.transactions.listTransactionsForSingleOrder(id);
  assert.deepEqual(orderTransactions, second.orderTransactions);
  assert.deepEqual((await site.slugs()).slice(2), Array(2).fill(['updated', 'details_updated', 'payment_status_updated', 'updated']).flat());
});

for (const [name, payments, paymentStatus, balance] of [
  ['too much', [payment('25')], 'PAID', { balance: -5, paid: 25 }],
  ['a pending payment', [payment('20', { status: 'PENDING' })], 'PENDING', { balance: 20, paid: 0, pending: 20 }],
  ['a pending offline payment', [payment('20', { status: 'PENDING', offlinePayment: true })], 'NOT_PAID', { balance: 20, paid: 0, pending: 20 }],
  ['one that the merchant has to accept', [payment('20', { status: 'PENDING_MERCHANT' })], 'PENDING_MERCHANT', { balance: 20, paid: 0, pending: 20 }],
  ['one that is only authorized', [payment('20', { status: 'AUTHORIZED' })], 'NOT_PAID', { balance: 20, paid: 0, authorized: 20 }],
  ['declined payments', [payment('20', { status: 'DECLINED' }), payment('20', { status: 'DECLINED' })], 'DECLINED', { balance: 20, paid: 0 }],
  ['canceled payments', [payment('20', { status: 'CANCELED' }), payment('20', { status: 'VOIDED' })], 'CANCELED', { balance: 20, paid: 0 }],
  ['a gift card', [giftCard('20')], 'PAID', { balance: 0, paid: 20 }],
  ['a membership and cash', [membership('15'), payment('2', { paymentMethod: 'Cash' })], 'PARTIALLY_PAID', { balance: 3, paid: 17 }],
]) {
  test(`the order after ${name}`, async () => {
    const { site, id } = await openOrder();
    await add(site, id, ...payments);
    assert.deepEqual(await site.find({ paymentStatus }), [id]);
    assert.deepEqual(await balanceOf(site, id), { refunded: 0, ...balance });
  });
}

test('statuses one after the other', async () => {
  const { site, id } = await openOrder();
  const [card] = await add(site, id, payment('20', { status: 'PENDING' }));
  for (const [status, paymentStatus] of [
    ['APPROVED', 'PAID'], ['DECLINED', 'DECLINED'], ['VOIDED', 'CANCELED'], ['PENDING', 'PENDING'], ['APPROVED', 'PAID'],
  ]) {
    const before = await site.orders.getOrder(id);
    const { orderTransactions } = await setStatus(site, id, card, status);
    assert.equal(orderTransactions.payments[0].regularPaymentDetails.status, status);
    assert.ok(orderTransactions.payments[0]._updatedDate > before._updatedDate);
    assert.deepEqual(await site.find({ paymentStatus }), [id]);
  }
});

test('a gift card is voided', async () => {
  const { site, id } = await openOrder();
  const [card] = await add(site, id, giftCard('20'));
  const { orderTransactions } = await setStatus(site, id, card, 'VOIDED');
  assert.equal(orderTransactions.payments[0].giftcardPaymentDetails.voided, true);
  assert.deepEqual(await site.find({ paymentStatus: 'CANCELED' }), [id]);
});

test('a payment approves an order that waits for it', async () => {
  const { site, id } = await openOrder('20', { status: 'INITIALIZED' });
  assert.deepEqual(await site.find({}), []);
  await add(site, id, payment('10'));
  assert.deepEqual(await site.find({}), []);
  await add(site, id, payment('10'));
  assert.deepEqual(await site.find({ status: 'APPROVED', paymentStatus: 'PAID' }), [id]);
  assert.equal((await site.slugs()).filter((slug) => slug === 'approved').length, 1);
});

test('its first payment approves an order, if its settings say so', async () => {
  const site = await openSite();
  const settings = { orderApprovalStrategy: 'PAYMENT_RECEIVED' };
  const { _id: id } = await site.orders.createOrder(smallOrder('20', { status: undefined }), { settings });
  await add(site, id, payment('1'));
  assert.deepEqual(await site.find({ status: 'APPROVED', paymentStatus: 'PARTIALLY_PAID' }), [id]);
});

for (const status of ['UNDEFINED', 'AUTHORIZED', 'REFUNDED', 'PARTIALLY_REFUNDED']) {
  test(`no payment is set to ${status}`, async () => {
    const { site, id } = await openOrder();
    const [card] = await add(site, id, payment('20'));
    const before = await site.orders.getOrder(id);
    const error = await applicationError(site, setStatus(site, id, card, status), 428, 'STATUS_NOT_ALLOWED');
    assert.deepEqual(error.data, { status });
    assert.deepEqual(await site.orders.getOrder(id), before);
  });
}

test('payments that do not exist', async () => {
  const { site, id } = await openOrder();
  await applicationError(site, site.transactions.addPayments(UNKNOWN_ID, [payment('1')]), 404, 'ORDER_NOT_FOUND');
  await applicationError(site, setStatus(site, id, UNKNOWN_ID, 'APPROVED'), 404, 'ORDER_TRANSACTIONS_NOT_FOUND');
  await add(site, id, payment('1'));
  const error = await applicationError(site, setStatus(site, id, UNKNOWN_ID, 'APPROVED'), 404, 'PAYMENT_NOT_FOUND');
  assert.deepEqual(error.data, { paymentId: UNKNOWN_ID, orderId: id });
});

test('every mistake of payments at once, and nothing is added', async () => {
  const { site, id } = await openOrder();
  const card = payment('1');
  const payments = [
    { ...card, amount: undefined },
    { ...card, amount: { amount: 'one' } },
    { ...card, giftcardPaymentDetails: giftCard('1').giftcardPaymentDetails },
    payment('1', { status: 'PAYED', paymentMethod: 'x'.repeat(151) }),
    { ...membership('1'), membershipPaymentDetails: { lineItemId: 'l', providerAppId: APP } },
    card,
  ];
  assert.deepEqual((await fields(site, site.transactions.addPayments(id, payments))).sort(), [
    ['payments[0].amount', 'REQUIRED_FIELD'],
    ['payments[1].amount.amount', 'FORMAT'],
    ['payments[2]', 'ONE_OF_ALIGNMENT'],
    ['payments[3].regularPaymentDetails.paymentMethod', 'MAX_LENGTH'],
    ['payments[3].regularPaymentDetails.status', 'INVALID_ENUM_VALUE'],
    ['payments[4].membershipPaymentDetails.name', 'REQUIRED_FIELD'],
  ]);
  assert.deepEqual((await site.transactions.listTransactionsForSingleOrder(id)).orderTransactions.payments, []);
});

for (const [name, counts, threshold] of [['no payments', [0], 1], ['51 payments', [51], 50], ['the 101st', [50, 50, 1], 100]]) {
  test(`${name} in a call`, async () => {
    const { site, id } = await openOrder();
    const many = (count) => Array.from({ length: count }, () => payment('0.01'));
    for (const count of counts.slice(0, -1)) assert.equal((await add(site, id, ...many(count))).length, count);
    const [violation] = await violations(site, site.transactions.addPayments(id, many(counts.at(-1))));
    const rule = threshold === 1 ? 'MIN_SIZE' : 'MAX_SIZE';
    assert.deepEqual([violation.field, violation.violatedRule, violation.data.threshold], ['payments', rule, threshold]);
  });
}

test('a transaction of the provider is added once', async () => {
  const { site, id } = await openOrder();
  const charge = payment('10', { providerTransactionId: 'pi_1' });
  await add(site, id, charge);
  for (const payments of [[charge], [payment('1'), charge]]) {
    const error = await applicationError(site, site.transactions.addPayments(id, payments), 400, 'DUPLICATE_PAYMENT');
    assert.deepEqual(error.data, { providerTransactionId: 'pi_1' });
  }
  const twice = payment('1', { providerTransactionId: 'pi_2' });
  await applicationError(site, site.transactions.addPayments(id, [twice, twice]), 400, 'DUPLICATE_PAYMENT');
  assert.deepEqual(await balanceOf(site, id), { balance: 10, paid: 10, refunded: 0 });
});

test('statuses in bulk, item by item', async () => {
  const { site, id } = await openOrder();
  const { _id: other } = await site.orders.createOrder(smallOrder());
  const [first, second] = await add(site, id, payment('10', { status: 'PENDING' }), payment('10', { status: 'PENDING' }));
  const pairs = [
    { orderId: id, paymentId: first },
    { orderId: id, paymentId: UNKNOWN_ID },
    { orderId: other, paymentId: first },
    { orderId: id, paymentId: second },
  ];
  const answer = await site.transactions.bulkUpdatePaymentStatuses(pairs, { status: 'APPROVED' });
  sameCounts(answer, 2, 2);
  assert.deepEqual(answer.results.map(({ itemMetadata, item }) => [itemMetadata._id, itemMetadata.error?.code, item]), [
    [first, undefined, undefined],
    [UNKNOWN_ID, 'PAYMENT_NOT_FOUND', undefined],
    [first, 'ORDER_TRANSACTIONS_NOT_FOUND', undefined],
    [second, undefined, undefined],
  ]);
  assert.deepEqual(await site.find({ paymentStatus: 'PAID' }), [id]);

  const full = await site.transactions.bulkUpdatePaymentStatuses(pairs.slice(0, 1), { status: 'DECLINED', returnFullEntity: true });
  const { orderTransactions } = await site.transactions.listTransactionsForSingleOrder(id);
  assert.deepEqual(full.results[0].item, orderTransactions.payments[0]);
  assert.deepEqual(await site.find({ paymentStatus: 'PARTIALLY_PAID' }), [id]);

  const refused = await site.transactions.bulkUpdatePaymentStatuses(pairs.slice(0, 1), { status: 'REFUNDED' });
  assert.equal(refused.results[0].itemMetadata.error.code, 'STATUS_NOT_ALLOWED');
});

test('the limits of a bulk update', async () => {
  const { site } = await openOrder();
  const pair = { orderId: UNKNOWN_ID, paymentId: UNKNOWN_ID };
  sameCounts(await site.transactions.bulkUpdatePaymentStatuses(Array(300).fill(pair), { status: 'APPROVED' }), 0, 300);
  for (const [count, rule] of [[0, 'MIN_SIZE'], [301, 'MAX_SIZE']]) {
    const call = site.transactions.bulkUpdatePaymentStatuses(Array(count).fill(pair), { status: 'APPROVED' });
    assert.deepEqual(await fields(site, call), [['paymentAndOrderIds', rule]]);
  }
});

test('an order with an authorized payment is canceled after it is voided', async () => {
  const { site, id } = await openOrder();
  const [card] = await add(site, id, payment('20', { status: 'AUTHORIZED' }));
  await applicationError(site, site.orders.cancelOrder(id), 428, 'ORDER_HAS_AUTHORIZED_TRANSACTION');
  assert.deepEqual(await site.find({ status: 'CANCELED' }), []);
  await setStatus(site, id, card, 'VOIDED');
  await site.orders.cancelOrder(id);
  assert.deepEqual(await site.find({ status: 'CANCELED', paymentStatus: 'CANCELED' }), [id]);
});

test('both lists show the payments at once', async () => {
  const { site, id } = await openOrder();
  const { _id: other } = await site.orders.createOrder(smallOrder());
  const ids = await add(site, other, payment('1'), giftCard('1'));
  const { orderTransactions } = await site.transactions.listTransactionsForMultipleOrders([id, other]);
  assert.deepEqual(orderTransactions.map(({ payments }) => idsOf(payments)), [[], ids]);
});

test('payments of many calls at once all count', async () => {
  const { site, id } = await openOrder();
  const added = await Promise.all(Array.from({ length: 20 }, () => add(site, id, payment('1'))));
  const { orderTransactions } = await site.transactions.listTransactionsForSingleOrder(id);
  assert.deepEqual(idsOf(orderTransactions.payments).sort(), added.flat().sort());
  assert.deepEqual(await balanceOf(site, id), { balance: 0, paid: 20, refunded: 0 });
  assert.deepEqual(await site.find({ paymentStatus: 'PAID' }), [id]);
});

for (const [refunded, refundStatus, paymentStatus, balance] of [
  ['20', 'SUCCEEDED', 'FULLY_REFUNDED', { refunded: 20 }],
  ['5', undefined, 'PARTIALLY_REFUNDED', { refunded: 5 }],
  ['5', 'FAILED', 'PAID', { refunded: 0 }],
  ['5', 'PENDING', 'PAID', { refunded: 0, pendingRefund: 5 }],
]) {
  test(`a payment beside a refund of ${refunded} that is ${refundStatus ?? 'without a status'}`, async () => {
    const { site, id } = await openOrder();
    const [card] = await add(site, id, payment('20'));
    const { orderTransactions } = site.exchanges.at(-1).answer;
    const refund = { id: UNKNOWN_ID, transactions: [{ paymentId: card, amount: { amount: refunded }, refundStatus }] };
    await site.load([{ ...orderTransactions, refunds: [refund] }]);
    await add(site, id, payment('1', { status: 'DECLINED' }));
    assert.deepEqual(await site.find({ paymentStatus }), [id]);
    assert.deepEqual(await balanceOf(site, id), { balance: 0, paid: 20, ...balance });
    const { orderTransactions: after } = await site.transactions.listTransactionsForSingleOrder(id);
    assert.deepEqual(idsOf(after.refunds), [UNKNOWN_ID]);
  });
}
