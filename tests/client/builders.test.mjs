// The typed builders of the orders module: what they build finds what plain JavaScript finds among the known orders.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  at, clientOf, Filter, found, idsOf, lenient, ofLineItems, SearchBuilder, Sort, strict, transactions, violations,
  visible, warningsOf,
} from './shop.mjs';

// -- what an order has to be, in plain JavaScript --------------------------------------------------------------------

const EMAIL = 'buyerInfo.email';
const PRODUCT = 'lineItems.productName.original';
const TOTAL = 'priceSummary.total.amount';
const SLOT = 'shippingInfo.logistics.deliveryTimeSlot.from';
const STATUSES = 'fulfillmentStatusesAggregate.statuses';
const DELIVERY = 'shippingInfo.logistics.deliveryTime';

const is = (path, ...values) => (order) => values.includes(at(order, path));
const isNot = (path, ...values) => (order) => !values.includes(at(order, path));
const isThere = (path) => (order) => at(order, path) !== undefined;
const begins = (text, prefix) => (order) => text(order)?.toLowerCase().startsWith(prefix.toLowerCase()) ?? false;
const date = (path, matches) => (order) => matches(Date.parse(at(order, path)));
const number = (matches) => (order) => matches(BigInt(order.number));
const total = (matches) => (order) => matches(Number(at(order, TOTAL)));
const holds = (values, ...wanted) => (order) => values(order).some((value) => wanted.includes(value));
const holdsAll = (values, ...wanted) => (order) => wanted.every((value) => values(order).includes(value));
const all = (...tests) => (order) => tests.every((matches) => matches(order));
const either = (...tests) => (order) => tests.some((matches) => matches(order));
const not = (matches) => (order) => !matches(order);

const email = (order) => at(order, EMAIL);
const products = (order) => ofLineItems(order, 'productName.original');
const subscriptions = (order) => [at(order, 'subscriptionInfo.id') ?? ofLineItems(order, 'subscriptionInfo.id')].flat();
const statuses = (order) => at(order, STATUSES) ?? [];

function methods(order) {
  const payments = transactions.get(order.id)?.payments ?? [];
  return payments.flatMap((payment) => payment.regularPaymentDetails?.paymentMethod ?? []);
}

function fullName(order) {
  const names = ['firstName', 'lastName'].map((name) => at(order, `billingInfo.contactDetails.${name}`));
  return names.filter((name) => name?.trim()).join(' ');
}

// -- operands that say something: taken from the orders --------------------------------------------------------------

function mostFrequent(values) {
  const counts = new Map();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
}

const valuesOf = (path) => mostFrequent(visible.map((order) => at(order, path)));

const created = visible.map((order) => Date.parse(order.createdDate)).sort((a, b) => a - b);
const [early, late] = [0.3, 0.6].map((part) => new Date(created[Math.floor(part * created.length)]));
const order = visible[7];
const orderDate = new Date(order.createdDate);
const orderTotal = Number(at(order, TOTAL));
const someIds = idsOf(visible.slice(3, 9));
const someEmails = valuesOf(EMAIL).slice(0, 3);
const [someEmail] = someEmails;
const loudly = valuesOf(EMAIL).find((value) => value !== value.toLowerCase()).slice(0, 2);
const [someContact] = valuesOf('buyerInfo.contactId');
const [someCheckout] = valuesOf('checkoutId');
const TITLE = 'shippingInfo.title';
const someTitles = valuesOf(TITLE).slice(0, 3);
const [product, otherProduct] = mostFrequent(visible.flatMap(products));
const together = [...new Set(products(visible.find((one) => new Set(products(one)).size > 1)))].slice(0, 2);
const twoMethods = mostFrequent(visible.flatMap(methods)).slice(0, 2);
const [subscription] = mostFrequent(visible.flatMap(subscriptions));

// -- filters ---------------------------------------------------------------------------------------------------------

/** A name, what the builder makes, and what an order has to be to be found. */
const cases = [
  ['eq', Filter('paymentStatus').eq('PAID'), is('paymentStatus', 'PAID')],
  ['eq: an id, under its SDK name', Filter('_id').eq(order.id), is('id', order.id)],
  ['eq: text', Filter(EMAIL).eq(someEmail), is(EMAIL, someEmail)],
  ['eq: a contact', Filter('buyerInfo.contactId').eq(someContact), is('buyerInfo.contactId', someContact)],
  ['eq: a number, leading zeros', Filter('number').eq(`000${order.number}`), is('number', order.number)],
  ['eq: an amount written otherwise', Filter(TOTAL).eq(`${orderTotal.toFixed(2)}0`), total((n) => n === orderTotal)],
  ['eq: true', Filter('archived').eq(true), is('archived', true)],
  ['eq: false, which archived is by default', Filter('archived').eq(false), is('archived', false, undefined)],
  ['eq: false, which seenByAHuman is not', Filter('seenByAHuman').eq(false), is('seenByAHuman', false)],
  ['eq: null', Filter(EMAIL).eq(null), is(EMAIL, undefined)],
  ['eq: a Date', Filter('_createdDate').eq(orderDate), date('createdDate', (n) => n === +orderDate)],
  ['eq: one product among several', Filter(PRODUCT).eq(product), holds(products, product)],
  ['ne', Filter('fulfillmentStatus').ne('FULFILLED'), isNot('fulfillmentStatus', 'FULFILLED')],
  ['ne: which the missing match', Filter(EMAIL).ne(someEmail), isNot(EMAIL, someEmail)],
  ['ne: of many', Filter(PRODUCT).ne(product), not(holds(products, product))],
  ['gt: numbers, by their value', Filter('number').gt('010200'), number((n) => n > 10200n)],
  ['gte: numbers', Filter('number').gte('10200'), number((n) => n >= 10200n)],
  ['lt: numbers', Filter('number').lt('10200'), number((n) => n < 10200n)],
  ['lte: numbers', Filter('number').lte('10200'), number((n) => n <= 10200n)],
  ['gt: amounts', Filter(TOTAL).gt('99.5'), total((n) => n > 99.5)],
  ['lte: amounts, an operand that is a number', Filter(TOTAL).lte(100), total((n) => n <= 100)],
  ['gt: a Date', Filter('_createdDate').gt(early), date('createdDate', (n) => n > +early)],
  ['gte: a Date', Filter('_createdDate').gte(early), date('createdDate', (n) => n >= +early)],
  ['lt: a Date', Filter('_updatedDate').lt(late), date('updatedDate', (n) => n < +late)],
  ['lte: a date as text', Filter('_updatedDate').lte(late.toISOString()), date('updatedDate', (n) => n <= +late)],
  ['in', Filter('paymentStatus').in(['PAID', 'PENDING']), is('paymentStatus', 'PAID', 'PENDING')],
  ['in: ids', Filter('_id').in(someIds), is('id', ...someIds)],
  ['in: emails', Filter(EMAIL).in(someEmails), is(EMAIL, ...someEmails)],
  ['in: with null', Filter('checkoutId').in([null, someCheckout]), is('checkoutId', undefined, someCheckout)],
  ['nin', Filter('channelInfo.type').nin(['WEB', 'POS']), isNot('channelInfo.type', 'WEB', 'POS')],
  ['nin: Dates', Filter('_createdDate').nin([orderDate]), date('createdDate', (n) => n !== +orderDate)],
  ['nin: with null', Filter(TITLE).nin([null, ...someTitles]), isNot(TITLE, undefined, ...someTitles)],
  ['startsWith', Filter(EMAIL).startsWith('s'), begins(email, 's')],
  ['startsWith: in another case', Filter(EMAIL).startsWith(loudly.toLowerCase()), begins(email, loudly)],
  ['startsWith: ""', Filter(EMAIL).startsWith(''), isThere(EMAIL)],
  ['startsWith: a full name', Filter('billingInfo.contactDetails.fullName').startsWith('a'), begins(fullName, 'a')],
  ['exists', Filter(EMAIL).exists(), isThere(EMAIL)],
  ['exists: true', Filter('seenByAHuman').exists(true), isThere('seenByAHuman')],
  ['exists: false', Filter(DELIVERY).exists(false), is(DELIVERY, undefined)],
  ['exists: a delivery slot, under its long name', Filter(SLOT).exists(), isThere(SLOT)],
  ['isNotEmpty', Filter('shippingInfo.region.name').isNotEmpty(), isThere('shippingInfo.region.name')],
  ['isNotEmpty: which "" is too', Filter(DELIVERY).isNotEmpty(), isThere(DELIVERY)],
  ['hasSome', Filter(PRODUCT).hasSome([product, otherProduct]), holds(products, product, otherProduct)],
  ['hasAll', Filter(PRODUCT).hasAll(together), holdsAll(products, ...together)],
  ['hasSome: payment methods', Filter('paymentMethods').hasSome(twoMethods), holds(methods, ...twoMethods)],
  ['hasAll: one payment method', Filter('paymentMethods').hasAll([twoMethods[0]]), holds(methods, twoMethods[0])],
  ['hasSome: statuses, under their long name', Filter(STATUSES).hasSome(['Fulfilled', 'Ready']), holds(statuses, 'Fulfilled', 'Ready')],
  ['in: subscriptions', Filter('lineItems.subscriptionInfo._id').in([subscription]), holds(subscriptions, subscription)],
  [
    'and',
    Filter.and(Filter('status').eq('APPROVED'), Filter('paymentStatus').eq('PAID')),
    all(is('status', 'APPROVED'), is('paymentStatus', 'PAID')),
  ],
  [
    'and: one field twice',
    Filter.and(Filter('_createdDate').gte(early), Filter('_createdDate').lt(late)),
    date('createdDate', (n) => n >= +early && n < +late),
  ],
  [
    'or',
    Filter.or(Filter('status').eq('CANCELED'), Filter(EMAIL).startsWith('j')),
    either(is('status', 'CANCELED'), begins(email, 'j')),
  ],
  ['not', Filter.not(Filter('status').eq('APPROVED')), isNot('status', 'APPROVED')],
  ['not: which the missing match', Filter.not(Filter(EMAIL).startsWith('s')), not(begins(email, 's'))],
  [
    'and, or and not in one another',
    Filter.and(
      Filter.or(Filter('paymentStatus').in(['PAID', 'PARTIALLY_PAID']), Filter.not(Filter(EMAIL).exists())),
      Filter.not(Filter.and(Filter('archived').eq(true), Filter('seenByAHuman').ne(true))),
    ),
    all(
      either(is('paymentStatus', 'PAID', 'PARTIALLY_PAID'), is(EMAIL, undefined)),
      not(all(is('archived', true), isNot('seenByAHuman', true))),
    ),
  ],
];

/** The ids that a search has to find, sorted; a filter that keeps all or nothing would show nothing. */
function expectedIds(matches) {
  const expected = idsOf(visible.filter(matches)).sort();
  assert.ok(expected.length > 0 && expected.length < visible.length, `${expected.length} orders show nothing`);
  return expected;
}

for (const [name, built, matches] of cases) {
  test(`Filter: ${name}`, async () => {
    const client = clientOf(lenient);
    const search = SearchBuilder().withFilter(built).build();
    assert.deepEqual((await found(client, search)).sort(), expectedIds(matches));
    assert.equal(client.exchanges[0].headers.get('x-orderquery-warnings'), null);
  });
}

test('Filter: of nothing', async () => {
  assert.equal((await found(clientOf(lenient), { filter: Filter('status').filter })).length, visible.length);
});

/** Operators chained on one field: one object with several operators, of which two clients say that it is refused. */
const chained = [
  ['gt, lt', () => Filter('number').gt('10100').lt('10300'), number((n) => n > 10100n && n < 10300n)],
  [
    'gte, lte: Dates',
    () => Filter('_createdDate').gte(early).lte(late),
    date('createdDate', (n) => n >= +early && n <= +late),
  ],
  ['exists, ne', () => Filter(EMAIL).exists().ne(someEmail), isNot(EMAIL, undefined, someEmail)],
  [
    'hasSome, nin',
    () => Filter(PRODUCT).hasSome([product, otherProduct]).nin([product]),
    all(holds(products, otherProduct), not(holds(products, product))),
  ],
];

for (const [name, build, matches] of chained) {
  test(`Filter: chained: ${name}`, async () => {
    const client = clientOf(lenient);
    assert.deepEqual((await found(client, { filter: build().filter })).sort(), expectedIds(matches));
    assert.match(client.exchanges[0].headers.get('x-orderquery-warnings'), /^several-operators \/search\/filter\/[^ ]+$/);
  });

  test(`Filter: chained: ${name}: refused where everything is, with the $and that was meant`, async () => {
    const client = clientOf(strict);
    const [violation, ...more] = await violations(client, client.orders.searchOrders({ filter: build().filter }));
    assert.deepEqual(more, []);
    assert.equal(violation.field, 'search.filter');
    assert.equal(violation.ruleName, 'SEVERAL_OPERATORS');
    const { corrected } = client.exchanges.at(-1).answer.details;
    assert.deepEqual((await found(client, corrected.search)).sort(), expectedIds(matches));
  });
}

for (const [name, built, rule] of [
  ['isEmpty', Filter(EMAIL).isEmpty(), 'UNKNOWN_OPERATOR'],
  ['contains', Filter(EMAIL).contains('a'), 'UNKNOWN_OPERATOR'],
  ['endsWith', Filter(EMAIL).endsWith('.com'), 'UNKNOWN_OPERATOR'],
  ['in: Dates', Filter('_createdDate').in([early]), 'UNSUPPORTED_OPERATOR'],
  ['startsWith: a number', Filter('number').startsWith('10'), 'UNSUPPORTED_OPERATOR'],
]) {
  test(`Filter: ${name}: can be built, and is not in the table`, async () => {
    const client = clientOf(lenient);
    const [violation, ...more] = await violations(client, client.orders.searchOrders({ filter: built.filter }));
    assert.deepEqual(more, []);
    const { field, violatedRule, ruleName } = violation;
    assert.deepEqual([field, violatedRule, ruleName], ['search.filter', 'OTHER', rule]);
  });
}

// -- sorts, and the whole search -------------------------------------------------------------------------------------

const byDate = (a, b) => Date.parse(a.createdDate) - Date.parse(b.createdDate);

test('Sort', async () => {
  const search = SearchBuilder().withSorting(Sort('paymentStatus').asc(), Sort('_createdDate').desc()).build();
  const expected = visible.toSorted((a, b) => {
    if (a.paymentStatus !== b.paymentStatus) return a.paymentStatus < b.paymentStatus ? -1 : 1;
    return byDate(b, a);
  });
  assert.deepEqual(await found(clientOf(lenient), search), idsOf(expected));
});

test('SearchBuilder: a filter, a sort, and beside them the paging that it cannot build', async () => {
  const client = clientOf(strict);
  const paid = Filter('paymentStatus').eq('PAID');
  const built = SearchBuilder().withFilter(paid).withSorting(Sort('_createdDate').asc()).build();
  const page = await client.orders.searchOrders({ ...built, cursorPaging: { limit: 5 } });
  const expected = visible.filter(is('paymentStatus', 'PAID')).sort(byDate);
  assert.deepEqual(idsOf(page.orders), idsOf(expected.slice(0, 5)));
  assert.equal(warningsOf(client), null);
});
