// Search Orders: the defaults, filters, sorts, and walks to the end and back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { at, clientOf, found, idsOf, lenient, orders, strict, visible, walk, warningsOf } from './shop.mjs';

const text = (path) => (order) => at(order, path);
const instant = (path) => (order) => Date.parse(at(order, path));
const sequence = (path) => (order) => BigInt(at(order, path));

/** Orders sorted by [key, direction] pairs: missing values lowest, ties by id in the direction of the last. */
function sorted(some, keys) {
  const all = [...keys, [text('id'), keys.at(-1)[1]]];
  return some.toSorted((a, b) => {
    for (const [key, direction] of all) {
      const [left, right] = [key(a), key(b)];
      if (left === right) continue;
      const before = left === undefined || (right !== undefined && left < right);
      return before === (direction === 'ASC') ? -1 : 1;
    }
    return 0;
  });
}

const newestFirst = () => idsOf(sorted(visible, [[instant('createdDate'), 'DESC']]));

test('there is something to hide, and something to walk', () => {
  assert.ok(orders.length > visible.length);
  assert.ok(visible.length > 400);
});

for (const [name, ...search] of [
  ['nothing'],
  ['null', null],
  ['an empty search', {}],
  ['empty parts', { filter: {}, sort: [], cursorPaging: {} }],
]) {
  test(`given ${name}, the newest hundred come`, async () => {
    const client = clientOf(lenient);
    const page = await client.orders.searchOrders(...search);
    assert.deepEqual(idsOf(page.orders), newestFirst().slice(0, 100));
    assert.deepEqual(Object.keys(page).sort(), ['metadata', 'orders']);
    assert.deepEqual(Object.keys(page.metadata).sort(), ['count', 'cursors', 'hasNext']);
    assert.equal(page.metadata.count, 100);
    assert.equal(page.metadata.hasNext, true);
    assert.deepEqual(Object.keys(page.metadata.cursors), ['next']);
    assert.equal(warningsOf(client), null);
  });
}

test('the request is the one that is documented', async () => {
  const client = clientOf(lenient);
  await client.orders.searchOrders({ filter: { status: 'APPROVED' }, cursorPaging: { limit: 1 } });
  const [{ method, pathname, body }] = client.exchanges;
  assert.deepEqual([method, pathname], ['POST', '/ecom/v1/orders/search']);
  assert.deepEqual(body, { search: { filter: { status: 'APPROVED' }, cursorPaging: { limit: 1 } } });
});

test('every order comes once, as it was loaded', async () => {
  const client = clientOf(lenient);
  await walk(client, {});
  const answered = client.exchanges.flatMap(({ answer }) => answer.orders);
  assert.deepEqual(idsOf(answered), newestFirst());
  const loaded = new Map(orders.map((order) => [order.id, order]));
  for (const order of answered) assert.deepEqual(order, loaded.get(order.id));
});

const FOUR = ['fulfillmentStatus', 'paymentStatus', 'updatedDate', 'number'];

for (const [name, filter, matches, sort, keys] of [
  ['number DESC', {}, () => true, [{ fieldName: 'number', order: 'DESC' }], [[sequence('number'), 'DESC']]],
  [
    'createdDate, ascending by default',
    {},
    () => true,
    [{ fieldName: 'createdDate' }],
    [[instant('createdDate'), 'ASC']],
  ],
  [
    'createdDate under the name of the SDK',
    { archived: false },
    (order) => order.archived !== true,
    [{ fieldName: '_createdDate', order: 'ASC' }],
    [[instant('createdDate'), 'ASC']],
  ],
  [
    'email ASC, the guests without one first',
    { paymentStatus: { $in: ['PAID', 'NOT_PAID'] } },
    (order) => ['PAID', 'NOT_PAID'].includes(order.paymentStatus),
    [{ fieldName: 'buyerInfo.email', order: 'ASC' }],
    [[text('buyerInfo.email'), 'ASC']],
  ],
  [
    'email DESC, the guests without one last',
    { fulfillmentStatus: { $ne: 'FULFILLED' } },
    (order) => order.fulfillmentStatus !== 'FULFILLED',
    [{ fieldName: 'buyerInfo.email', order: 'DESC' }],
    [[text('buyerInfo.email'), 'DESC']],
  ],
  [
    'paymentStatus DESC, mostly ties',
    {},
    () => true,
    [{ fieldName: 'paymentStatus', order: 'DESC' }],
    [[text('paymentStatus'), 'DESC']],
  ],
  [
    'four entries',
    { status: 'APPROVED' },
    (order) => order.status === 'APPROVED',
    FOUR.map((fieldName, index) => ({ fieldName, order: index % 2 ? 'DESC' : 'ASC' })),
    [
      [text('fulfillmentStatus'), 'ASC'],
      [text('paymentStatus'), 'DESC'],
      [instant('updatedDate'), 'ASC'],
      [sequence('number'), 'DESC'],
    ],
  ],
]) {
  test(`a walk sorted by ${name}`, async () => {
    const client = clientOf(lenient);
    const limit = 41;
    const pages = await walk(client, { filter, sort, cursorPaging: { limit } });
    const expected = idsOf(sorted(visible.filter(matches), keys));
    assert.ok(expected.length > 2 * limit);
    assert.deepEqual(pages.flatMap((page) => idsOf(page.orders)), expected);

    for (const [index, { orders: some, metadata }] of pages.entries()) {
      const last = index === pages.length - 1;
      assert.equal(metadata.count, some.length);
      assert.equal(some.length, last ? expected.length - index * limit : limit);
      assert.equal(metadata.hasNext, !last);
      assert.deepEqual(Object.keys(metadata.cursors).sort(), [...(last ? [] : ['next']), ...(index ? ['prev'] : [])]);
    }

    let page = pages.at(-1);
    for (const forwards of pages.slice(0, -1).reverse()) {
      page = await client.orders.searchOrders({ cursorPaging: { cursor: page.metadata.cursors.prev, limit } });
      assert.deepEqual(page.orders, forwards.orders);
      assert.equal(page.metadata.hasNext, true);
      assert.equal('prev' in page.metadata.cursors, 'prev' in forwards.metadata.cursors);
    }
    const again = await client.orders.searchOrders({ cursorPaging: { cursor: page.metadata.cursors.next } });
    assert.deepEqual(again.orders, pages[1].orders);
  });
}

test('the documented request', async () => {
  const client = clientOf(lenient);
  const page = await client.orders.searchOrders({
    filter: { paymentStatus: 'PAID', fulfillmentStatus: 'FULFILLED' },
    sort: [{ fieldName: 'billingInfo.contactDetails.fullName', order: 'DESC' }],
    cursorPaging: { limit: 2 },
  });
  assert.equal(page.metadata.count, 2);
  assert.equal(warningsOf(client), 'undocumented-sort /search/sort/0/fieldName');
});

test('the limit may change from page to page', async () => {
  const client = clientOf(lenient);
  const expected = newestFirst();
  let page = await client.orders.searchOrders({ cursorPaging: { limit: 3 } });
  let seen = idsOf(page.orders);
  for (const limit of [1, 50, 7]) {
    page = await client.orders.searchOrders({ cursorPaging: { limit, cursor: page.metadata.cursors.next } });
    assert.equal(page.metadata.count, limit);
    seen = [...seen, ...idsOf(page.orders)];
  }
  assert.deepEqual(seen, expected.slice(0, 61));
});

test('nothing found', async () => {
  const page = await clientOf(lenient).orders.searchOrders({ filter: { number: '999999999' } });
  assert.deepEqual(page, { orders: [], metadata: { count: 0, cursors: {}, hasNext: false } });
});

test('the same filter beside a cursor is accepted, with a warning', async () => {
  const client = clientOf(lenient);
  const filter = () => ({ paymentStatus: 'PAID' });
  const first = await client.orders.searchOrders({ filter: filter(), cursorPaging: { limit: 5 } });
  const cursorPaging = { cursor: first.metadata.cursors.next };
  const second = await client.orders.searchOrders({ filter: filter(), cursorPaging: { ...cursorPaging } });
  assert.match(warningsOf(client), /^cursor-with-search \//);
  const alone = await client.orders.searchOrders({ cursorPaging: { ...cursorPaging } });
  assert.equal(warningsOf(client), null);
  assert.deepEqual(second.orders, alone.orders);
});

test('a walk begun at one server goes on at another over the same store', async () => {
  const expected = newestFirst();
  const first = await clientOf(lenient).orders.searchOrders({ cursorPaging: { limit: 10 } });
  const cursor = first.metadata.cursors.next;
  const second = await clientOf(strict).orders.searchOrders({ cursorPaging: { cursor } });
  assert.deepEqual(idsOf(second.orders), expected.slice(10, 20));
});

test('searches at the same time through one client', async () => {
  const client = clientOf(lenient);
  const statuses = [...new Set(visible.map((order) => order.paymentStatus))];
  const answers = await Promise.all(statuses.map((paymentStatus) => found(client, { filter: { paymentStatus } })));
  for (const [index, paymentStatus] of statuses.entries()) {
    const expected = visible.filter((order) => order.paymentStatus === paymentStatus);
    assert.deepEqual(answers[index].toSorted(), idsOf(expected).toSorted());
  }
});
