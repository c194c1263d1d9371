// Get Order and the two lists of transactions, and what the SDK makes of the documents: names, dates, images.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  applicationError, at, clientOf, idsOf, lenient, UNKNOWN_ID, orders, transactions, violations, visible, walk,
} from './shop.mjs';

const REST_ONLY = ['id', 'createdDate', 'updatedDate'];

const SLOT = 'shippingInfo.logistics.deliveryTimeSlot';
const DATES = ['purchasedDate', `${SLOT}.from`, `${SLOT}.to`];

/** Every place of a value that is under a REST name, though it came through the SDK. */
function restNames(part, place = '') {
  if (part === null || typeof part !== 'object' || part instanceof Date) return [];
  return Object.entries(part).flatMap(([key, value]) => [
    ...(REST_ONLY.includes(key) ? [`${place}.${key}`] : []),
    ...restNames(value, `${place}.${key}`),
  ]);
}

function sameDate(date, stored) {
  assert.ok(date instanceof Date, `${date} is no Date`);
  assert.equal(+date, Date.parse(stored));
}

function sameOrder(order, stored) {
  assert.equal(order._id, stored.id);
  sameDate(order._createdDate, stored.createdDate);
  sameDate(order._updatedDate, stored.updatedDate);
  assert.deepEqual(restNames(order), []);
  assert.deepEqual(order.lineItems.map((item) => item._id), stored.lineItems.map((item) => item.id));
  for (const path of DATES) {
    if (at(stored, path) === undefined) assert.equal(at(order, path), undefined);
    else sameDate(at(order, path), at(stored, path));
  }
  assert.equal(order.activities?.length, stored.activities?.length);
  for (const [index, activity] of (order.activities ?? []).entries()) {
    sameDate(activity._createdDate, stored.activities[index].createdDate);
  }
  for (const [index, { image }] of order.lineItems.entries()) {
    const id = at(stored.lineItems[index], 'image.id');
    if (id) assert.ok(image.startsWith(`wix:image://v1/${id}`));
  }
  assert.deepEqual(order.priceSummary, stored.priceSummary);
  assert.deepEqual(order.buyerInfo, stored.buyerInfo);
  assert.equal(order.number, stored.number);
}

test('getOrder, of every tenth order, hidden ones too', async () => {
  const client = clientOf(lenient);
  const hidden = orders.filter((order) => order.status === 'INITIALIZED');
  assert.ok(hidden.length);
  for (const stored of [...hidden, ...visible.filter((_, index) => index % 10 === 0)]) {
    sameOrder(await client.orders.getOrder(stored.id), stored);
    assert.deepEqual(client.exchanges.at(-1).answer, { order: stored });
  }
});

// The last order was loaded in the shape of the SDK, as the documentation of Velo has it.
const ofVelo = orders.at(-1);

test('getOrder, of an order in the shape of the SDK', async () => {
  const client = clientOf(lenient);
  sameOrder(await client.orders.getOrder(ofVelo.id), ofVelo);
  const { order } = client.exchanges.at(-1).answer;
  for (const part of [order, ...order.lineItems]) assert.ok('id' in part && !('_id' in part));
  assert.equal(order.createdDate, ofVelo.createdDate);
});

// A known difference (grammar/decisions.toml): names are put back, images and addresses stay as the SDK wrote them.
test('getOrder, of an order in the shape of the SDK: its images and addresses are not put back', async () => {
  const order = await clientOf(lenient).orders.getOrder(ofVelo.id);
  assert.equal(order.lineItems[0].image, undefined);
  assert.notDeepEqual(order.billingInfo.address, ofVelo.billingInfo.address);
});

test('getOrder, unknown id', async () => {
  const client = clientOf(lenient);
  const error = await applicationError(client, client.orders.getOrder(UNKNOWN_ID), 404, 'ORDER_NOT_FOUND');
  assert.deepEqual(error.data, { id: UNKNOWN_ID });
});

test('searchOrders: the names of the SDK at every depth, and its dates', async () => {
  const pages = await walk(clientOf(lenient), {});
  const stored = new Map(visible.map((order) => [order.id, order]));
  const seen = pages.flatMap((page) => page.orders);
  assert.equal(seen.length, visible.length);
  for (const order of seen) sameOrder(order, stored.get(order._id));
});

test('a Date of an answer finds its order again', async () => {
  const client = clientOf(lenient);
  const { orders: some } = await client.orders.searchOrders({ cursorPaging: { limit: 5 } });
  for (const order of some) {
    const { orders: again } = await client.orders.searchOrders({ filter: { _createdDate: order._createdDate } });
    assert.equal(client.exchanges.at(-1).body.search.filter.createdDate, order._createdDate.toISOString());
    assert.deepEqual(idsOf(again), [order._id]);
  }
});

// -- transactions -------------------------------------------------------------------------------------------------

function sameTransactions(record, stored) {
  assert.equal(record.orderId, stored.orderId);
  assert.deepEqual(restNames(record), []);
  for (const list of ['payments', 'refunds']) {
    assert.deepEqual(idsOf(record[list]), idsOf(stored[list]));
    for (const [index, entry] of record[list].entries()) {
      if (stored[list][index].createdDate) sameDate(entry._createdDate, stored[list][index].createdDate);
      if (list === 'payments') {
        assert.deepEqual(entry.amount, stored[list][index].amount);
        assert.deepEqual(entry.regularPaymentDetails, stored[list][index].regularPaymentDetails);
      }
    }
  }
}

const unpaid = visible.filter((order) => !transactions.has(order.id));

test('the transactions of one order', async () => {
  const client = clientOf(lenient);
  assert.ok(transactions.size > 300);
  const refunded = [...transactions.values()].filter((record) => record.refunds.length);
  assert.ok(refunded.length);
  for (const stored of [...refunded, ...[...transactions.values()].slice(-30)]) {
    const { orderTransactions } = await client.transactions.listTransactionsForSingleOrder(stored.orderId);
    sameTransactions(orderTransactions, stored);
    assert.deepEqual(client.exchanges.at(-1).answer, { orderTransactions: stored });
  }
});

test('the transactions of an order without any', async () => {
  const [{ id: orderId }] = unpaid;
  const { orderTransactions } = await clientOf(lenient).transactions.listTransactionsForSingleOrder(orderId);
  assert.deepEqual(orderTransactions, { orderId, payments: [], refunds: [] });
});

test('transactions of an unknown id', async () => {
  const client = clientOf(lenient);
  const call = client.transactions.listTransactionsForSingleOrder(UNKNOWN_ID);
  const error = await applicationError(client, call, 404, 'ORDER_NOT_FOUND');
  assert.deepEqual(error.data, { id: UNKNOWN_ID });
});

test('the transactions of a hundred orders, in the order of the request', async () => {
  const client = clientOf(lenient);
  const ids = [...transactions.keys()].slice(-100).reverse();
  const { orderTransactions } = await client.transactions.listTransactionsForMultipleOrders([...ids]);
  assert.deepEqual(orderTransactions.map(({ orderId }) => orderId), ids);
  for (const record of orderTransactions) sameTransactions(record, transactions.get(record.orderId));
});

test('transactions of several orders: without any, asked for twice, unknown', async () => {
  const [paid] = transactions.keys();
  const asked = [unpaid[0].id, UNKNOWN_ID, paid, unpaid[0].id, unpaid[1].id];
  const { orderTransactions } = await clientOf(lenient).transactions.listTransactionsForMultipleOrders(asked);
  assert.deepEqual(orderTransactions.map(({ orderId }) => orderId), [unpaid[0].id, paid, unpaid[1].id]);
  assert.deepEqual(orderTransactions[0], { orderId: unpaid[0].id, payments: [], refunds: [] });
  sameTransactions(orderTransactions[1], transactions.get(paid));
});

test('transactions of unknown ids only', async () => {
  const answer = await clientOf(lenient).transactions.listTransactionsForMultipleOrders([UNKNOWN_ID]);
  assert.deepEqual(answer, { orderTransactions: [] });
});

for (const [name, ids, expected] of [
  ['no ids', [], [['orderIds', 'MIN_SIZE', 1]]],
  ['too many ids', Array(101).fill(UNKNOWN_ID), [['orderIds', 'MAX_SIZE', 100]]],
  [
    'ids that are none',
    [5, UNKNOWN_ID, {}],
    [
      ['orderIds[0]', 'VALIDATION', undefined],
      ['orderIds[2]', 'VALIDATION', undefined],
    ],
  ],
  ['nothing', undefined, [['orderIds', 'REQUIRED_FIELD', undefined]]],
]) {
  test(`the transactions of several orders, given ${name}`, async () => {
    const client = clientOf(lenient);
    const problems = await violations(client, client.transactions.listTransactionsForMultipleOrders(ids));
    assert.deepEqual(problems.map(({ field, violatedRule, data }) => [field, violatedRule, data?.threshold]), expected);
  });
}
