// What is refused arrives as the SDK's own error, with every violation in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  apiKey, applicationError, clientOf, found, idsOf, lenient, UNKNOWN_ID, ordersOfSite, refusal, strict, twoSites,
  violations, visible, warningsOf,
} from './shop.mjs';

// -- searches -----------------------------------------------------------------------------------------------------

const mistaken = () => ({
  filter: {
    paymentstatus: 'PAID',
    'buyerInfo.email': { $contains: 'x' },
    _createdDate: { $gte: '2024-01-01' },
    'priceSummary.total.amount': { $in: ['5'] },
    archived: { $exists: 'yes' },
  },
  sort: [{ fieldName: 'buyerInfo.contactId' }, { fieldName: 'number', order: 'descending' }, {}],
  cursorPaging: { limit: 1000 },
});

const MISTAKES = [
  ['search.cursorPaging.limit', 'MAX', undefined, 'limit-out-of-range', '/search/cursorPaging/limit'],
  ['search.filter', undefined, undefined, 'unknown-field', '/search/filter/paymentstatus'],
  ['search.filter', 'OTHER', 'UNKNOWN_OPERATOR', 'unknown-operator', '/search/filter/buyerInfo.email/$contains'],
  ['search.filter', 'OTHER', 'UNSUPPORTED_OPERATOR', 'operator-not-allowed', '/search/filter/priceSummary.total.amount/$in'],
  ['search.filter', 'VALIDATION', undefined, 'operand-shape', '/search/filter/archived/$exists'],
  ['search.filter', 'FORMAT', undefined, 'operand-type', '/search/filter/createdDate/$gte'],
  ['search.sort[0].fieldName', undefined, undefined, 'not-sortable', '/search/sort/0/fieldName'],
  ['search.sort[1].order', 'INVALID_ENUM_VALUE', undefined, 'bad-order', '/search/sort/1/order'],
  ['search.sort[2]', 'REQUIRED_FIELD', undefined, 'missing-field-name', '/search/sort/2'],
];

for (const [name, server] of Object.entries({ lenient, strict })) {
  test(`every mistake of a search at once, ${name}`, async () => {
    const client = clientOf(server);
    const error = await refusal(client, client.orders.searchOrders(mistaken()), 400);
    const { fieldViolations } = error.details.validationError;
    const reported = fieldViolations.map(({ field, violatedRule, ruleName, data }) => {
      return [field, violatedRule, ruleName, data.code, data.pointer];
    });
    assert.deepEqual(new Set(reported.map(String)), new Set(MISTAKES.map(String)));
    assert.equal(reported.length, MISTAKES.length);
    assert.equal(fieldViolations.find(({ violatedRule }) => violatedRule === 'MAX').data.threshold, 100);

    // The SDK sorts them by field and changes nothing else.
    const sent = client.exchanges.at(-1).answer.details.validationError.fieldViolations;
    const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    assert.deepEqual(fieldViolations.toSorted(byText), sent.toSorted(byText));
    assert.deepEqual(fieldViolations.map(({ field }) => field), sent.map(({ field }) => field).sort());
    const { message } = JSON.parse(error.message);
    assert.ok(message.startsWith('INVALID_ARGUMENT: '));
    for (const { field, description } of sent) assert.ok(message.includes(`"${field}" ${description}`));
  });
}

test('the filter of a refusal, corrected, is in the answer that hangs on the error', async () => {
  const client = clientOf(lenient);
  const error = await refusal(client, client.orders.searchOrders({ filter: { paymentstatus: 'PAID' } }), 400);
  assert.equal(error.details.corrected, undefined);
  const { corrected } = error.response.data.details;
  assert.deepEqual(corrected, { search: { filter: { paymentStatus: 'PAID' } } });
  const expected = idsOf(visible.filter((order) => order.paymentStatus === 'PAID'));
  assert.deepEqual((await found(client, corrected.search)).toSorted(), expected.toSorted());
});

const FIVE = ['status', 'paymentStatus', 'fulfillmentStatus', 'number', 'createdDate'];

for (const [name, search, field] of [
  ['a list', [], 'search'],
  ['a filter that is text', { filter: 'status = PAID' }, 'search.filter'],
  ['a sort that is no list', { sort: { fieldName: 'number' } }, 'search.sort'],
  ['a limit that is text', { cursorPaging: { limit: '10' } }, 'search.cursorPaging.limit'],
  ['five sort entries', { sort: FIVE.map((fieldName) => ({ fieldName })) }, 'search.sort'],
  ['a cursor that is too long', { cursorPaging: { cursor: 'x'.repeat(16_001) } }, 'search.cursorPaging.cursor'],
]) {
  test(`a search that is ${name}`, async () => {
    const client = clientOf(lenient);
    const problems = await violations(client, client.orders.searchOrders(search));
    assert.deepEqual(problems.map((violation) => violation.field), [field]);
    assert.ok(problems[0].violatedRule && problems[0].data.code);
  });
}

for (const [name, spoil, code] of [
  ['that is cut short', (body) => body.slice(0, -3), 'json-syntax'],
  ['that is empty', () => ' ', 'json-syntax'],
  ['that is no object', () => '[]', 'wrong-shape'],
]) {
  test(`a body ${name} is about the body as a whole`, async () => {
    const client = clientOf(lenient, { spoil });
    const problems = await violations(client, client.orders.searchOrders({ filter: { status: 'APPROVED' } }));
    assert.deepEqual(problems.map(({ field, data }) => [field, data.code]), [['body', code]]);
  });
}

test('a search that is refused for some things says others in the header', async () => {
  const client = clientOf(lenient);
  const problems = await violations(client, client.orders.searchOrders({ filter: { paymentstatus: 'PAID' }, paging: { limit: 3 } }));
  assert.deepEqual(problems.map(({ data }) => data.code), ['unknown-field']);
  assert.equal(warningsOf(client), 'ignored-key /search/paging');
});

const large = (bytes) => ({ filter: { 'buyerInfo.email': { $in: ['x'.repeat(bytes)] } } });

test('a body that is too large', async () => {
  const client = clientOf(lenient);
  const error = await applicationError(client, client.orders.searchOrders(large(1 << 20)), 413, 'REQUEST_TOO_LARGE');
  assert.equal(error.data.threshold, 1 << 20);
});

test('a body that is far too large, every time', async () => {
  for (let time = 0; time < 10; time++) {
    const client = clientOf(lenient);
    await applicationError(client, client.orders.searchOrders(large(20 << 20)), 413, 'REQUEST_TOO_LARGE');
  }
});

// -- cursors ------------------------------------------------------------------------------------------------------

async function cursorOf(client) {
  const page = await client.orders.searchOrders({ filter: { paymentStatus: 'PAID' }, cursorPaging: { limit: 2 } });
  return page.metadata.cursors.next;
}

for (const [name, spoiled] of [
  ['made up', () => 'abc'],
  ['cut short', (cursor) => cursor.slice(0, -1)],
  ['altered', (cursor) => cursor.slice(0, 40) + (cursor[40] === 'A' ? 'B' : 'A') + cursor.slice(41)],
  ['padded', (cursor) => `${cursor} `],
]) {
  test(`a cursor that was ${name}`, async () => {
    const client = clientOf(lenient);
    const cursor = spoiled(await cursorOf(client));
    const error = await applicationError(client, client.orders.searchOrders({ cursorPaging: { cursor } }), 400, 'INVALID_CURSOR');
    assert.deepEqual(error.data.problems.map((problem) => problem.code), ['bad-cursor']);
  });
}

test('a cursor with another filter', async () => {
  const client = clientOf(lenient);
  const search = { filter: { paymentStatus: 'NOT_PAID' }, cursorPaging: { cursor: await cursorOf(client) } };
  const error = await applicationError(client, client.orders.searchOrders(search), 400, 'INVALID_CURSOR');
  assert.deepEqual(error.data.problems.map((problem) => problem.code), ['cursor-mismatch']);
});

test('a cursor with its own filter, where everything is refused', async () => {
  const client = clientOf(strict);
  const search = { filter: { paymentStatus: 'PAID' }, cursorPaging: { cursor: await cursorOf(client) } };
  const error = await applicationError(client, client.orders.searchOrders(search), 400, 'INVALID_CURSOR');
  assert.deepEqual(error.data.problems.map((problem) => problem.code), ['cursor-with-search']);
});

test('a cursor with its own filter beside another mistake, where everything is refused', async () => {
  const client = clientOf(strict);
  const search = { filter: { paymentStatus: 'PAID' }, paging: {}, cursorPaging: { cursor: await cursorOf(client) } };
  const problems = await violations(client, client.orders.searchOrders(search));
  const reported = problems.map(({ violatedRule, ruleName, data }) => [violatedRule, ruleName, data.code]);
  assert.deepEqual(reported.sort(), [
    ['FIELD_NOT_ALLOWED', undefined, 'ignored-key'],
    ['OTHER', 'INVALID_CURSOR', 'cursor-with-search'],
  ]);
});

// -- sites --------------------------------------------------------------------------------------------------------

const [siteId, otherSiteId] = ordersOfSite.keys();

test('each site sees its own orders', async () => {
  for (const [site, own] of ordersOfSite) {
    const expected = idsOf(own.filter((order) => order.status !== 'INITIALIZED'));
    assert.deepEqual((await found(clientOf(twoSites, { siteId: site }), {})).toSorted(), expected.toSorted());
  }
  const ids = [...ordersOfSite.values()].map((own) => new Set(idsOf(own)));
  assert.ok([...ids[0]].some((id) => ids[1].has(id)), 'some ids are of both sites');
  assert.ok([...ids[0]].some((id) => !ids[1].has(id)), 'some are not');
});

test('a cursor of one site at another', async () => {
  const [own, other] = [clientOf(twoSites, { siteId }), clientOf(twoSites, { siteId: otherSiteId })];
  const search = async (client) => (await client.orders.searchOrders({ cursorPaging: { limit: 2 } })).metadata.cursors.next;
  const cursor = await search(own);
  await applicationError(other, other.orders.searchOrders({ cursorPaging: { cursor } }), 400, 'INVALID_CURSOR');
  assert.equal((await own.orders.searchOrders({ cursorPaging: { cursor } })).metadata.count, 2);
});

test('an order of one site at another', async () => {
  const [own, other] = [clientOf(twoSites, { siteId }), clientOf(twoSites, { siteId: otherSiteId })];
  const others = new Set(idsOf(ordersOfSite.get(otherSiteId)));
  const { id } = ordersOfSite.get(siteId).find((order) => !others.has(order.id));
  assert.equal((await own.orders.getOrder(id))._id, id);
  await applicationError(other, other.orders.getOrder(id), 404, 'ORDER_NOT_FOUND');
  await applicationError(other, other.transactions.listTransactionsForSingleOrder(id), 404, 'ORDER_NOT_FOUND');
  assert.deepEqual(await other.transactions.listTransactionsForMultipleOrders([id]), { orderTransactions: [] });
});

test('a site without orders', async () => {
  const page = await clientOf(twoSites, { siteId: UNKNOWN_ID }).orders.searchOrders({});
  assert.deepEqual(page, { orders: [], metadata: { count: 0, cursors: {}, hasNext: false } });
});

test('no site where there are several', async () => {
  const client = clientOf(twoSites, { siteId: null });
  const problems = await violations(client, client.orders.searchOrders({}));
  assert.deepEqual(problems.map(({ field, violatedRule }) => [field, violatedRule]), [['wix-site-id', 'REQUIRED_FIELD']]);
});

// -- who may ask --------------------------------------------------------------------------------------------------

for (const [name, key] of [['another key', `${apiKey}x`], ['a key with a scheme', `Bearer ${apiKey}`], ['no key', '']]) {
  test(`${name} than the server was started with`, async () => {
    const client = clientOf(strict, { key });
    const { id } = visible[0];
    for (const call of [
      () => client.orders.searchOrders({}),
      () => client.orders.getOrder(id),
      () => client.transactions.listTransactionsForSingleOrder(id),
      () => client.transactions.listTransactionsForMultipleOrders([id]),
      () => client.orders.updateOrder(id, { archived: true }),
      () => client.orders.addActivities(id),
      () => client.transactions.addPayments(id, []),
      () => client.plans.managementListOrders(),
      () => client.plans.pauseOrder(id),
    ]) {
      const error = await applicationError(client, call(), 401, 'UNAUTHENTICATED');
      assert.ok(!error.description.includes(apiKey));
    }
  });
}

test('the key that the server was started with', async () => {
  const client = clientOf(strict);
  const { id } = visible[0];
  assert.equal((await client.orders.searchOrders({ cursorPaging: { limit: 1 } })).metadata.count, 1);
  assert.equal((await client.orders.getOrder(id))._id, id);
  assert.equal((await client.transactions.listTransactionsForSingleOrder(id)).orderTransactions.orderId, id);
  assert.equal((await client.transactions.listTransactionsForMultipleOrders([id])).orderTransactions.length, 1);
});

test('writes to a server that only reads', async () => {
  const { id, status } = visible[0];
  for (const call of [
    ({ orders }) => orders.createOrder({}),
    ({ orders }) => orders.updateOrder(id, { archived: true }),
    ({ orders }) => orders.bulkUpdateOrders([{ order: { _id: id, archived: true } }]),
    ({ orders }) => orders.cancelOrder(id),
    ({ transactions }) => transactions.addPayments(id, []),
    ({ transactions }) => transactions.updatePaymentStatus({ orderId: id, paymentId: id }, { status: 'APPROVED' }),
    ({ plans }) => plans.createOfflineOrder(id, id),
    ({ plans }) => plans.pauseOrder(id),
  ]) {
    const client = clientOf(lenient);
    await applicationError(client, call(client), 403, 'READ_ONLY');
  }
  assert.equal((await clientOf(lenient).orders.getOrder(id)).status, status);
});
