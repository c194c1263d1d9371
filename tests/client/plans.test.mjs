// Pricing plans orders through the SDK: their life in time, their lists in every form, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { applicationError, idsOf, UNKNOWN_ID, violations, writableStrict } from './shop.mjs';
import { answeredEmpty, fields, MEMBER, openSite, OTHER_MEMBER, PLANS } from './sites.mjs';

const CLOCK = '2026-01-31T10:00:00.000Z';
const day = (text) => new Date(`${text}T10:00:00.000Z`);

async function openPlans(options) {
  return openSite({ plans: Object.values(PLANS), clock: CLOCK, ...options });
}

async function buy(site, plan, options, member = MEMBER) {
  return (await site.plans.createOfflineOrder(PLANS[plan].id, member, options)).order;
}

async function get(site, id) {
  return (await site.plans.managementGetOrder(id)).order;
}

/** Type and cycle of every event after a sequence number. */
async function newsOf(site, after = 0) {
  return (await site.events(after)).map(({ event }) => {
    const number = event.actionEvent?.body.cycleNumber;
    return number === undefined ? event.slug : `${event.slug}:${number}`;
  });
}

test('a subscription lives: cycles, a pause, a cancellation at its next payment', async () => {
  const site = await openPlans();
  const order = await buy(site, 'monthly', { paid: true });
  assert.deepEqual([order.status, order.lastPaymentStatus, order.planName], ['ACTIVE', 'PAID', 'Gold']);
  assert.deepEqual(order.currentCycle, { index: 1, startedDate: day('2026-01-31'), endedDate: day('2026-02-28') });
  assert.deepEqual(await newsOf(site), ['created', 'purchased', 'started', 'cycle_started:1', 'marked_as_paid']);
  assert.deepEqual(await get(site, order._id), order);

  await site.clock({ set: '2026-03-01T00:00:00Z' });
  assert.equal((await get(site, order._id)).currentCycle.index, 2);
  assert.deepEqual(await newsOf(site, 5), ['cycle_started:2', 'updated']);

  answeredEmpty(site, await site.plans.pauseOrder(order._id));
  await site.clock({ advance: '10d' });
  assert.equal((await get(site, order._id)).status, 'PAUSED');
  answeredEmpty(site, await site.plans.resumeOrder(order._id));
  const resumed = await get(site, order._id);
  assert.deepEqual(resumed.currentCycle, { index: 2, startedDate: day('2026-02-28'), endedDate: day('2026-04-10') });
  assert.deepEqual(await newsOf(site, 7), ['paused', 'updated', 'resumed', 'updated']);

  answeredEmpty(site, await site.plans.cancelOrder(order._id, 'NEXT_PAYMENT_DATE'));
  assert.deepEqual((await get(site, order._id)).endDate, day('2026-04-10'));
  await site.clock({ set: '2026-04-10T10:00:00Z' });
  const ended = await get(site, order._id);
  assert.deepEqual([ended.status, ended.currentCycle], ['CANCELED', undefined]);
  assert.deepEqual(await newsOf(site, 11), ['auto_renew_canceled', 'updated', 'canceled', 'ended', 'updated']);
});

test('an order begins and ends in its time', async () => {
  const site = await openPlans();
  const order = await buy(site, 'pass', { startDate: day('2026-02-10') });
  assert.deepEqual([order.status, order.currentCycle, order.endDate], ['PENDING', undefined, day('2026-02-20')]);
  const listed = async (orderStatuses) => idsOf((await site.plans.managementListOrders({ orderStatuses })).orders);
  assert.deepEqual(await listed(['PENDING']), [order._id]);
  await site.clock({ set: '2026-02-11T00:00:00Z' });
  assert.deepEqual([await listed(['PENDING']), await listed(['ACTIVE'])], [[], [order._id]]);
  await site.clock({ advance: '10d' });
  assert.deepEqual([await listed(['ACTIVE']), await listed(['ENDED'])], [[], [order._id]]);
});

test('markAsPaid, postponeEndDate, and a cancellation at once', async () => {
  const site = await openPlans();
  const { _id: id, endDate } = await buy(site, 'pass');
  answeredEmpty(site, await site.plans.markAsPaid(id));
  assert.equal((await get(site, id)).lastPaymentStatus, 'PAID');
  answeredEmpty(site, await site.plans.postponeEndDate(id, day('2026-06-01')));
  const postponed = await get(site, id);
  assert.deepEqual([postponed.endDate, postponed.earliestEndDate], [day('2026-06-01'), endDate]);
  answeredEmpty(site, await site.plans.cancelOrder(id, 'IMMEDIATELY'));
  const canceled = await get(site, id);
  assert.deepEqual([canceled.status, canceled.endDate, canceled.cancellation.cause], ['CANCELED', new Date(CLOCK), 'OWNER_ACTION']);
  assert.deepEqual((await newsOf(site)).slice(3), [
    'marked_as_paid', 'updated', 'end_date_postponed', 'updated', 'canceled', 'ended', 'updated',
  ]);
});

test('a member who cancels in the free trial keeps it to its end', async () => {
  const site = await openPlans();
  const order = await buy(site, 'trial');
  assert.deepEqual([order.freeTrialDays, order.currentCycle.index], [10, 0]);
  const member = site.as(MEMBER);
  answeredEmpty(member, await member.plans.requestCancellation(order._id, 'IMMEDIATELY'));
  const canceled = await get(site, order._id);
  assert.deepEqual([canceled.status, canceled.endDate, canceled.cancellation.cause], ['ACTIVE', day('2026-02-10'), 'MEMBER_ACTION']);
});

for (const [name, plan, prepare, call, code] of [
  ['pause an order that has not begun', 'pass', { startDate: day('2026-03-01') }, (plans, id) => plans.pauseOrder(id), 'ORDER_NOT_ACTIVE'],
  ['pause a trial', 'trial', {}, (plans, id) => plans.pauseOrder(id), 'ORDER_NOT_ACTIVE'],
  ['resume an active order', 'pass', {}, (plans, id) => plans.resumeOrder(id), 'ORDER_NOT_PAUSED'],
  ['cancel later what is paid once', 'pass', {}, (plans, id) => plans.cancelOrder(id, 'NEXT_PAYMENT_DATE'), 'ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY'],
  ['mark as paid twice', 'pass', { paid: true }, (plans, id) => plans.markAsPaid(id), 'ORDER_ALREADY_PAID'],
  ['mark a free order as paid', 'free', {}, (plans, id) => plans.markAsPaid(id), 'ORDER_ALREADY_PAID'],
  ['postpone to an earlier date', 'pass', {}, (plans, id) => plans.postponeEndDate(id, day('2026-02-01')), 'END_DATE_MUST_BE_LATER'],
  ['postpone what never ends', 'forever', {}, (plans, id) => plans.postponeEndDate(id, day('2027-02-01')), 'ORDER_HAS_NO_END_DATE'],
]) {
  test(`428: ${name}`, async () => {
    const site = await openPlans();
    const order = await buy(site, plan, prepare);
    const { length } = await site.events();
    await applicationError(site, call(site.plans, order._id), 428, code);
    assert.deepEqual(await get(site, order._id), order);
    assert.equal((await site.events()).length, length);
  });
}

test('428: what is over or paused', async () => {
  const site = await openPlans();
  const [paused, over] = [await buy(site, 'pass'), await buy(site, 'pass')];
  await site.plans.pauseOrder(paused._id);
  await applicationError(site, site.plans.postponeEndDate(paused._id, day('2027-02-01')), 428, 'ORDER_IS_PAUSED');
  await site.plans.cancelOrder(over._id, 'IMMEDIATELY');
  await applicationError(site, site.plans.cancelOrder(over._id, 'IMMEDIATELY'), 428, 'ORDER_ALREADY_CANCELED');
  await applicationError(site, site.plans.postponeEndDate(over._id, day('2027-02-01')), 428, 'ORDER_NOT_ACTIVE');
});

test('404: orders and plans that do not exist', async () => {
  const site = await openPlans();
  for (const call of [
    () => site.plans.managementGetOrder(UNKNOWN_ID),
    () => site.plans.cancelOrder(UNKNOWN_ID, 'IMMEDIATELY'),
    () => site.plans.markAsPaid(UNKNOWN_ID),
    () => site.plans.pauseOrder(UNKNOWN_ID),
    () => site.plans.resumeOrder(UNKNOWN_ID),
    () => site.plans.postponeEndDate(UNKNOWN_ID, day('2027-01-01')),
  ]) {
    const error = await applicationError(site, call(), 404, 'ORDER_NOT_FOUND');
    assert.deepEqual(error.data, { id: UNKNOWN_ID });
  }
  for (const call of [
    () => site.plans.createOfflineOrder(UNKNOWN_ID, MEMBER),
    () => site.plans.getOfflineOrderPreview(UNKNOWN_ID, MEMBER),
    () => site.plans.getPricePreview(UNKNOWN_ID),
  ]) await applicationError(site, call(), 404, 'PLAN_NOT_FOUND');
});

test('400: what every call requires', async () => {
  const site = await openPlans();
  const { _id: id } = await buy(site, 'monthly');
  for (const [call, expected] of [
    [() => site.plans.cancelOrder(id), [['effectiveAt', 'REQUIRED_FIELD']]],
    [() => site.plans.cancelOrder(id, 'UNDEFINED'), [['effectiveAt', 'INVALID_ENUM_VALUE']]],
    [() => site.plans.postponeEndDate(id), [['endDate', 'REQUIRED_FIELD']]],
    [() => site.plans.createOfflineOrder('gold', 'me'), [['memberId', 'FORMAT'], ['planId', 'FORMAT']]],
    [() => site.plans.createOfflineOrder(PLANS.monthly.id, MEMBER, { couponCode: 'x'.repeat(21) }), [['options.couponCode', 'MAX_LENGTH']]],
    [() => site.plans.getPricePreview('gold'), [['planId', 'FORMAT']]],
    [() => site.plans.managementListOrders({ buyerIds: ['me'], orderStatuses: ['OPEN'] }), [
      ['options.buyerIds[0]', 'FORMAT'], ['options.orderStatuses[0]', 'INVALID_ENUM_VALUE'],
    ]],
    [() => site.plans.managementListOrders({ sorting: { fieldName: 'status' } }), [['options.sorting.fieldName', 'OTHER']]],
  ]) assert.deepEqual((await fields(site, call())).sort(), expected);
});

test('a member sees own orders alone', async () => {
  const site = await openPlans();
  const [own, other] = [await buy(site, 'monthly'), await buy(site, 'monthly', {}, OTHER_MEMBER)];
  const member = site.as(MEMBER);
  assert.deepEqual(idsOf((await member.plans.memberListOrders()).orders), [own._id]);
  assert.deepEqual(idsOf((await site.plans.managementListOrders()).orders).sort(), [own._id, other._id].sort());
  assert.deepEqual(await member.plans.memberGetOrder(own._id), own);
  for (const call of [
    () => member.plans.memberGetOrder(other._id),
    () => member.plans.requestCancellation(other._id, 'IMMEDIATELY'),
  ]) await applicationError(member, call(), 404, 'ORDER_NOT_FOUND');
});

test('403: a member call without a member names the header', async () => {
  const site = await openPlans();
  for (const call of [
    () => site.plans.memberListOrders(),
    () => site.plans.memberGetOrder(UNKNOWN_ID),
    () => site.plans.requestCancellation(UNKNOWN_ID, 'IMMEDIATELY'),
  ]) {
    const { description } = await applicationError(site, call(), 403, 'MEMBER_UNKNOWN');
    assert.match(description, /x-orderquery-member/);
  }
});

test('a list in its three forms: plain, encoded, and as REST clients write it', async () => {
  const site = await openPlans({ server: writableStrict });
  for (const plan of ['monthly', 'pass', 'quarter', 'monthly']) await buy(site, plan, { paid: plan === 'monthly' });
  const expected = (await site.plans.managementListOrders()).orders.filter(({ planName }) => planName !== 'Quarter');
  const ids = idsOf(expected.toSorted((one, two) => one._createdDate - two._createdDate || (one._id < two._id ? -1 : 1)));
  const planIds = [PLANS.monthly.id, PLANS.pass.id];

  const plain = await site.plans.managementListOrders({ planIds });
  assert.match(site.exchanges.at(-1).search, /^\?planIds=.*&planIds=/);
  assert.deepEqual(idsOf(plain.orders).sort(), ids.toSorted());
  const encoded = await site.plans.managementListOrders({ planIds, sorting: { fieldName: 'createdDate', order: 'ASC' } });
  assert.match(site.exchanges.at(-1).search, /^\?\.r=/);
  assert.deepEqual(idsOf(encoded.orders), ids);
  const query = new URLSearchParams([...planIds.map((id) => ['planIds', id]), ['sorting.fieldName', 'createdDate'], ['sorting.order', 'ASC']]);
  const { orders } = await site.send('GET', `/pricing-plans/v2/orders?${query}`);
  assert.deepEqual(idsOf(orders), ids);
});

test('pages of a list', async () => {
  const site = await openPlans();
  for (let index = 0; index < 60; index += 1) await buy(site, 'pass');
  const first = await site.plans.managementListOrders();
  assert.deepEqual(first.pagingMetadata, { count: 50, offset: 0, total: 60, tooManyToCount: false });
  const second = await site.plans.managementListOrders({ offset: 50 });
  assert.deepEqual(second.pagingMetadata, { count: 10, offset: 50, total: 60, tooManyToCount: false });
  assert.equal(new Set(idsOf([...first.orders, ...second.orders])).size, 60);
  const [violation] = await violations(site, site.plans.managementListOrders({ limit: 51 }));
  assert.deepEqual([violation.field, violation.violatedRule, violation.data.threshold], ['options.limit', 'MAX', 50]);
});

test('a preview stores and announces nothing', async () => {
  const site = await openPlans();
  const { order, purchaseLimitExceeded } = await site.plans.getOfflineOrderPreview(PLANS.quarter.id, MEMBER);
  assert.deepEqual([order._id, order.subscriptionId, purchaseLimitExceeded], [...Array(2).fill('00000000-0000-0000-0000-000000000000'), false]);
  const { prices } = await site.plans.getPricePreview(PLANS.quarter.id);
  assert.deepEqual(prices, order.pricing.prices);
  assert.equal((await site.plans.managementListOrders()).pagingMetadata.total, 0);
  assert.deepEqual(await newsOf(site), []);
});

test('orders of two kinds do not meet', async () => {
  const site = await openPlans();
  const { _id: id } = await buy(site, 'monthly');
  await applicationError(site, site.orders.getOrder(id), 404, 'ORDER_NOT_FOUND');
  await applicationError(site, site.orders.cancelOrder(id), 404, 'ORDER_NOT_FOUND');
  assert.deepEqual(await site.find({}), []);
});
