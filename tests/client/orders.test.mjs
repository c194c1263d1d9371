// The life of an order through the SDK: what is written is what is searched, and what is refused changes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { applicationError, idsOf, UNKNOWN_ID, violations, warningsOf, writableStrict } from './shop.mjs';
import { documentedOrder, fields, openSite, sample, sameCounts, smallOrder } from './sites.mjs';

const address = { country: 'US', city: 'New York', addressLine1: '525 5th Ave', postalCode: '10173' };
const contactDetails = { firstName: 'John', lastName: 'Doe', phone: '0555555555' };
const addressed = () => smallOrder('20', {
  buyerInfo: { email: 'john@example.com' },
  billingInfo: { address, contactDetails },
  shippingInfo: { title: 'Post', logistics: { shippingDestination: { address, contactDetails } } },
});

async function statusesOf(site, ...statuses) {
  const found = await Promise.all(statuses.map((status) => site.find({ status })));
  return found.map((ids) => ids.length);
}

test('an order lives: created, found, updated, canceled', async () => {
  const site = await openSite();
  const order = await site.orders.createOrder(smallOrder());
  assert.equal(order.number, '10001');
  assert.deepEqual(await site.orders.getOrder(order._id), order);
  const { orders } = await site.orders.searchOrders({ filter: { paymentStatus: 'NOT_PAID' } });
  assert.deepEqual(orders, [order]);
  assert.deepEqual(await site.find({ fulfillmentStatus: 'FULFILLED', archived: false, number: '10001' }), [order._id]);

  const updated = await site.orders.updateOrder(order._id, { buyerInfo: { email: 'new@example.com' }, archived: true });
  assert.ok(updated._updatedDate > order._updatedDate);
  assert.deepEqual(await site.find({ archived: true, 'buyerInfo.email': { $startsWith: 'new@' } }), [order._id]);
  assert.deepEqual(await site.find({ _updatedDate: updated._updatedDate }), [order._id]);
  assert.deepEqual(await site.find({ _updatedDate: order._updatedDate }), []);

  const { order: canceled } = await site.orders.cancelOrder(order._id);
  assert.deepEqual(await site.orders.getOrder(order._id), canceled);
  assert.deepEqual(await statusesOf(site, 'CANCELED', 'APPROVED'), [1, 0]);
  assert.equal(canceled.buyerInfo.email, 'new@example.com');
  assert.deepEqual(await site.slugs(), ['created', 'approved', 'updated', 'canceled', 'updated']);
});

test('numbers go up one by one, at each site for itself', async () => {
  const [site, other] = [await openSite(), await openSite()];
  const created = await Promise.all(Array.from({ length: 12 }, () => site.orders.createOrder(smallOrder())));
  const numbers = created.map(({ number }) => Number(number)).sort();
  assert.deepEqual(numbers, Array.from({ length: 12 }, (_, index) => 10001 + index));
  assert.equal((await other.orders.createOrder(smallOrder())).number, '10001');
  const { orders } = await site.orders.searchOrders({ sort: [{ fieldName: 'number', order: 'DESC' }], cursorPaging: { limit: 3 } });
  assert.deepEqual(orders.map(({ number }) => number), ['10012', '10011', '10010']);
});

for (const [name, changes, status, paymentStatus] of [
  ['a free order', { priceSummary: { total: { amount: '0' } } }, 'APPROVED', 'PAID'],
  ['an order that is paid', { paymentStatus: 'PAID' }, 'APPROVED', 'PAID'],
  ['an order to be paid offline', { lineItems: [{ ...smallOrder().lineItems[0], paymentOption: 'FULL_PAYMENT_OFFLINE' }] }, 'APPROVED', 'NOT_PAID'],
  ['any other order', {}, 'INITIALIZED', 'NOT_PAID'],
]) {
  test(`${name} without a status is ${status}`, async () => {
    const site = await openSite();
    const order = await site.orders.createOrder(smallOrder('20', { status: undefined, ...changes }));
    assert.deepEqual([order.status, order.paymentStatus], [status, paymentStatus]);
    assert.deepEqual(await site.find({}), status === 'APPROVED' ? [order._id] : []);
    assert.equal((await site.orders.getOrder(order._id)).status, status);
  });
}

test('updateOrder: values, nulls and extended fields', async () => {
  const site = await openSite();
  const { _id: id } = await site.orders.createOrder(addressed());
  const moved = { country: 'DE', city: 'Berlin', addressLine1: 'Torstr. 1', location: { latitude: 52.5, longitude: 13.4 } };
  let order = await site.orders.updateOrder(id, {
    buyerLanguage: 'de',
    weightUnit: 'KG',
    seenByAHuman: true,
    billingInfo: { address: moved },
    recipientInfo: { contactDetails: { firstName: 'Ann' } },
    extendedFields: { namespaces: { '@a/b': { k: 1 }, '@c/d': { k: 2 } } },
  });
  assert.deepEqual([order.buyerLanguage, order.weightUnit, order.seenByAHuman], ['de', 'KG', true]);
  assert.deepEqual(order.billingInfo, { address: moved, contactDetails });
  assert.deepEqual(await site.find({ seenByAHuman: true }), [id]);

  order = await site.orders.updateOrder(id, {
    buyerLanguage: null,
    seenByAHuman: null,
    buyerInfo: { email: null },
    shippingInfo: { logistics: { shippingDestination: { address: null } } },
    extendedFields: { namespaces: { '@a/b': null, '@c/d': { k: 3 } } },
  });
  assert.deepEqual([order.buyerLanguage, order.seenByAHuman, order.buyerInfo.email], [undefined, false, undefined]);
  assert.deepEqual(order.shippingInfo.logistics.shippingDestination, { contactDetails });
  assert.deepEqual(order.extendedFields, { namespaces: { '@c/d': { k: 3 } } });
  assert.deepEqual(order.billingInfo.address, moved);
  assert.deepEqual(await site.find({ 'buyerInfo.email': 'john@example.com' }), []);
  assert.deepEqual(await site.orders.getOrder(id), order);
});

test('updateOrder with an order as the SDK returned it changes nothing but its date', async () => {
  const site = await openSite();
  const created = await site.orders.createOrder(documentedOrder({ recipientInfo: { address, contactDetails } }));
  await site.orders.updateOrder(created._id, created);
  assert.match(warningsOf(site), /ignored-key \/order\/lineItems/);
  const { order: before } = site.exchanges[0].answer;
  await site.orders.getOrder(created._id);
  const { order: after } = site.exchanges.at(-1).answer;
  assert.ok(after.updatedDate > before.updatedDate);
  assert.deepEqual({ ...after, updatedDate: '', balanceSummary: {} }, { ...before, updatedDate: '', balanceSummary: {} });
});

test('an update that removes what must stay is refused, with every place', async () => {
  const site = await openSite();
  const created = await site.orders.createOrder(addressed());
  const changes = {
    billingInfo: { contactDetails: null },
    recipientInfo: { contactDetails: null },
    shippingInfo: { logistics: { shippingDestination: { contactDetails: null } } },
    weightUnit: 'STONE',
  };
  assert.deepEqual((await fields(site, site.orders.updateOrder(created._id, changes))).sort(), [
    ['order.billingInfo.contactDetails', 'REQUIRED_FIELD'],
    ['order.recipientInfo.contactDetails', 'REQUIRED_FIELD'],
    ['order.shippingInfo.logistics.shippingDestination.contactDetails', 'REQUIRED_FIELD'],
    ['order.weightUnit', 'INVALID_ENUM_VALUE'],
  ]);
  assert.deepEqual(await site.orders.getOrder(created._id), created);
});

test('every mistake of a new order at once', async () => {
  const site = await openSite();
  const [line] = smallOrder().lineItems;
  const order = smallOrder('-1', {
    channelInfo: { type: 'TELEX' },
    buyerInfo: { email: 'nobody' },
    lineItems: [
      { ...line, _id: 'first', quantity: 0 },
      { ...line, price: undefined, productName: { original: '' } },
      { ...line, itemType: { preset: 'DIGITAL' } },
    ],
  });
  assert.deepEqual((await fields(site, site.orders.createOrder(order))).sort(), [
    ['order.buyerInfo.email', 'FORMAT'],
    ['order.channelInfo.type', 'INVALID_ENUM_VALUE'],
    ['order.lineItems[0].id', 'FORMAT'],
    ['order.lineItems[0].quantity', 'MIN'],
    ['order.lineItems[1].price', 'REQUIRED_FIELD'],
    ['order.lineItems[1].productName.original', 'MIN_LENGTH'],
    ['order.lineItems[2].digitalFile', 'REQUIRED_FIELD'],
    ['order.priceSummary.total.amount', 'DECIMAL_GTE'],
  ]);
  assert.deepEqual(await site.find({}), []);
  assert.deepEqual(await site.slugs(), []);
});

test('the SDK calls an id of the path _id in a violation', async () => {
  const site = await openSite();
  assert.deepEqual(await fields(site, site.orders.cancelOrder('x'.repeat(101))), [['_id', 'MAX_LENGTH']]);
});

test('unknown keys: a warning, or refused by a strict server', async () => {
  const site = await openSite();
  await site.orders.createOrder(smallOrder('20', { lineItem: [] }));
  assert.equal(warningsOf(site), 'ignored-key /order/lineItem');
  const strict = await openSite({ server: writableStrict });
  assert.deepEqual(await fields(strict, strict.orders.createOrder(smallOrder('20', { lineItem: [] }))), [
    ['order.lineItem', 'FIELD_NOT_ALLOWED'],
  ]);
});

for (const [status, code] of [['PENDING', 'ORDER_IS_PENDING'], ['REJECTED', 'ORDER_IS_REJECTED']]) {
  test(`an order that is ${status} cannot be updated or canceled`, async () => {
    const site = await openSite();
    const created = await site.orders.createOrder(smallOrder('20', { status }));
    await applicationError(site, site.orders.updateOrder(created._id, { archived: true }), 428, code);
    await applicationError(site, site.orders.cancelOrder(created._id), 428, code);
    assert.deepEqual(await site.orders.getOrder(created._id), created);
    assert.deepEqual(await site.find({ status }), [created._id]);
    assert.deepEqual(await site.slugs(), ['created']);
  });
}

test('writes to an order that does not exist', async () => {
  const site = await openSite();
  for (const call of [() => site.orders.updateOrder(UNKNOWN_ID, {}), () => site.orders.cancelOrder(UNKNOWN_ID)]) {
    const error = await applicationError(site, call(), 404, 'ORDER_NOT_FOUND');
    assert.deepEqual(error.data, { id: UNKNOWN_ID });
  }
});

test('an order is canceled once', async () => {
  const site = await openSite();
  const { _id: id } = await site.orders.createOrder(smallOrder('20', { paymentStatus: 'PAID' }));
  const first = await site.orders.cancelOrder(id, { restockAllItems: true, customMessage: 'Sorry' });
  const after = (await site.events()).length;
  assert.deepEqual(await site.orders.cancelOrder(id), first);
  assert.equal(warningsOf(site), 'already-canceled');
  assert.equal((await site.events()).length, after);
  assert.equal(first.order.paymentStatus, 'PAID');
});

test('cancelOrder: the message has its limits', async () => {
  const site = await openSite();
  const { _id: id } = await site.orders.createOrder(smallOrder());
  assert.deepEqual(await fields(site, site.orders.cancelOrder(id, { customMessage: '' })), [['options.customMessage', 'MIN_LENGTH']]);
  assert.deepEqual(await statusesOf(site, 'CANCELED'), [0]);
});

test('a bulk update succeeds and fails item by item', async () => {
  const site = await openSite();
  const [good, twice, pending] = await Promise.all(
    ['APPROVED', 'APPROVED', 'PENDING'].map((status) => site.orders.createOrder(smallOrder('20', { status, buyerLanguage: 'en' }))),
  );
  const answer = await site.orders.bulkUpdateOrders([
    { order: { _id: good._id, archived: true, buyerInfo: { email: 'good@example.com' } } },
    { order: { _id: UNKNOWN_ID, archived: true } },
    { order: { _id: twice._id, buyerInfo: { email: 'first@example.com' } } },
    { order: { _id: twice._id, archived: true } },
    { order: { _id: pending._id, archived: true } },
    { order: { _id: good._id, weightUnit: 'STONE' } },
    { order: { _id: good._id, buyerLanguage: 'fr', weightUnit: 'KG' }, fieldMask: ['weightUnit'] },
    { order: { _id: good._id, archived: false }, fieldMask: ['archiv'] },
  ], { returnEntity: true });
  sameCounts(answer, 4, 4);
  const codes = answer.results.map(({ itemMetadata }) => itemMetadata.error?.code);
  assert.deepEqual(codes, [undefined, 'ORDER_NOT_FOUND', undefined, undefined, 'ORDER_IS_PENDING', 'VALIDATION', undefined, 'VALIDATION']);
  assert.deepEqual(answer.results.map(({ itemMetadata }) => itemMetadata.originalIndex), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(answer.results[3].item.buyerInfo.email, 'first@example.com');
  assert.deepEqual([answer.results[6].item.weightUnit, answer.results[6].item.buyerLanguage], ['KG', 'en']);
  assert.deepEqual(answer.results.map(({ item }) => item?._id), [
    good._id, undefined, twice._id, twice._id, undefined, undefined, good._id, undefined,
  ]);
  const [violation] = answer.results[5].itemMetadata.error.data.fieldViolations;
  assert.deepEqual([violation.field, violation.violatedRule], ['orders[5].order.weightUnit', 'INVALID_ENUM_VALUE']);
  assert.deepEqual((await site.find({ archived: true })).sort(), [good._id, twice._id].sort());
  assert.equal((await site.slugs()).filter((slug) => slug === 'updated').length, 4);
});

test('a bulk update of a hundred orders, and of one more', async () => {
  const site = await openSite();
  const { _id } = await site.orders.createOrder(smallOrder());
  const updates = Array.from({ length: 101 }, () => ({ order: { _id, archived: true } }));
  sameCounts(await site.orders.bulkUpdateOrders(updates.slice(1)), 100, 0);
  const [violation] = await violations(site, site.orders.bulkUpdateOrders(updates));
  assert.deepEqual([violation.field, violation.violatedRule, violation.data.threshold], ['orders', 'MAX_SIZE', 100]);
});

test('orders of one site do not exist at another', async () => {
  const [site, other] = [await openSite(), await openSite()];
  const { _id: id } = await site.orders.createOrder(smallOrder());
  await applicationError(other, other.orders.cancelOrder(id), 404, 'ORDER_NOT_FOUND');
  const answer = await other.orders.bulkUpdateOrders([{ order: { _id: id, archived: true } }]);
  assert.equal(answer.results[0].itemMetadata.error.code, 'ORDER_NOT_FOUND');
  assert.deepEqual(idsOf([await site.orders.getOrder(id)]), [id]);
});

test('a call that fails because a test asked for it writes nothing, and is made again', async () => {
  const site = await openSite();
  const fail = (body) => site.send('POST', '/_orderquery/faults', { path: '/ecom/v1/orders', ...body });
  await fail({ status: 429, retryAfter: 3 });
  await fail({ status: 500 });
  await applicationError(site, site.orders.createOrder(smallOrder()), 429, 'RATE_LIMITED');
  assert.equal(site.exchanges.at(-1).headers.get('retry-after'), '3');
  await applicationError(site, site.orders.createOrder(smallOrder()), 500, 'HTTP_500');
  assert.deepEqual(await site.find({}), []);
  assert.equal((await site.orders.createOrder(smallOrder())).number, '10001');
});

test('a site goes back to what it held', async () => {
  const site = await openSite();
  const { _id: id } = await site.orders.createOrder(smallOrder());
  const saved = await site.send('POST', '/_orderquery/save', {});
  await site.orders.cancelOrder(id);
  const { _id: other } = await site.orders.createOrder(smallOrder());
  await site.send('POST', '/_orderquery/restore', saved);
  assert.deepEqual(await site.find({ status: 'APPROVED' }), [id]);
  await applicationError(site, site.orders.getOrder(other), 404, 'ORDER_NOT_FOUND');
  assert.equal((await site.orders.createOrder(smallOrder())).number, '10002');
  await site.send('POST', '/_orderquery/reset', {});
  assert.deepEqual(await site.find({}), []);
});

test('an order that is too large', async () => {
  const site = await openSite();
  const customFields = Array.from({ length: 300 }, (_, index) => ({ title: `t${index}`, value: 'x'.repeat(4000) }));
  await applicationError(site, site.orders.createOrder(smallOrder('20', { customFields })), 413, 'REQUEST_TOO_LARGE');
  assert.deepEqual(await site.find({}), []);
});

test('an update of nothing is an update; dates grow though the clock stands still', async () => {
  const site = await openSite({ clock: '2026-01-31T10:00:00Z' });
  const order = await site.orders.createOrder(smallOrder());
  assert.deepEqual(order._createdDate, new Date('2026-01-31T10:00:00.000Z'));
  const dates = [order._updatedDate];
  for (let time = 0; time < 3; time += 1) dates.push((await site.orders.updateOrder(order._id, {}))._updatedDate);
  assert.deepEqual(dates.map((date) => date - order._createdDate), [0, 1, 2, 3]);
  assert.deepEqual(await site.slugs(), ['created', 'approved', 'updated', 'updated', 'updated']);
  assert.deepEqual(await site.find({ _updatedDate: dates[3] }), [order._id]);
});

test('an order that was loaded in the shape of the SDK is updated and canceled', async () => {
  const loaded = sample('velo_get_order.result');
  const site = await openSite({ orders: [loaded] });
  const before = await site.orders.getOrder(loaded._id);
  const updated = await site.orders.updateOrder(loaded._id, { archived: true });
  assert.deepEqual([updated._id, updated.archived, updated.number], [loaded._id, true, loaded.number]);
  assert.deepEqual(updated.lineItems, before.lineItems);
  assert.deepEqual(updated._createdDate, before._createdDate);
  assert.deepEqual(await site.find({ archived: true, _createdDate: before._createdDate }), [loaded._id]);
  const [order] = site.exchanges.at(-1).answer.orders;
  for (const part of [order, ...order.lineItems]) assert.ok('id' in part && !('_id' in part));
  const { order: canceled } = await site.orders.cancelOrder(loaded._id);
  assert.deepEqual(canceled.activities.map(({ type }) => type).slice(-1), ['ORDER_CANCELED']);
});
