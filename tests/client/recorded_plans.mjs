// The recorded calls of pricing plans orders: how to make each again, and what the answer has to be.

import assert from 'node:assert/strict';

import { applicationError, idsOf, violations } from './shop.mjs';
import { answeredEmpty, fields, MEMBER, PLANS, unsupported } from './sites.mjs';

const ORDER = '6da768ad-3c9f-444a-9465-7ae0b89fd305';
const OTHER_ORDER = '6bfb7f73-3269-41d6-b396-64f6bb5947ff';
const PLAN = 'b1111111-1111-4111-8111-111111111111';
const START = new Date('2030-01-01T00:00:00.000Z');

/** The order that the recorded calls name, of the plan that they name. */
function planOrder(changes = {}) {
  return {
    id: ORDER,
    planId: PLAN,
    subscriptionId: '770f8669-6ae7-47ed-a3fc-815ada5d86f9',
    wixPayOrderId: '21cc0ff7-7ff5-4931-9ef8-1ee3d84a2215',
    buyer: { memberId: MEMBER, contactId: MEMBER },
    pricing: {
      subscription: { cycleDuration: { count: 1, unit: 'MONTH' }, cycleCount: 12 },
      prices: [{
        duration: { cycleFrom: 1 },
        price: { subtotal: '20.00', discount: '0.00', total: '20.00', currency: 'USD' },
      }],
    },
    type: 'OFFLINE',
    status: 'ACTIVE',
    autoRenewCanceled: false,
    lastPaymentStatus: 'UNPAID',
    startDate: '2025-12-15T00:00:00.000Z',
    endDate: '2026-12-15T00:00:00.000Z',
    pausePeriods: [],
    earliestEndDate: '2026-12-15T00:00:00.000Z',
    currentCycle: { index: 1, startedDate: '2025-12-15T00:00:00.000Z', endedDate: '2026-01-15T00:00:00.000Z' },
    planName: 'Gold',
    planDescription: 'All classes',
    planPrice: '20.00',
    createdDate: '2025-12-15T00:00:00.000Z',
    updatedDate: '2025-12-15T00:00:00.000Z',
    formData: { formId: 'f', submissionId: OTHER_ORDER, submissionData: { shoe: '41' } },
    ...changes,
  };
}

const paused = () => {
  const { currentCycle, ...order } = planOrder({ status: 'PAUSED' });
  return { ...order, pausePeriods: [{ status: 'ACTIVE', pauseDate: '2025-12-22T00:00:00.000Z' }] };
};

/** Two orders: the recorded one is ACTIVE and PAID, and the first by the end. */
const twoOrders = () => [
  planOrder({ lastPaymentStatus: 'PAID' }),
  { ...paused(), id: OTHER_ORDER, lastPaymentStatus: 'UNPAID', autoRenewCanceled: true,
    createdDate: '2025-12-16T00:00:00.000Z', endDate: '2027-12-15T00:00:00.000Z' },
];

const CLOCK = '2026-01-01T00:00:00.000Z';
const NOW = new Date(CLOCK);
const all = {
  buyerIds: [MEMBER, PLAN],
  planIds: [PLAN],
  orderStatuses: ['ACTIVE', 'PAUSED'],
};

function samePage(answer, ids, metadata) {
  assert.deepEqual(idsOf(answer.orders), ids);
  assert.deepEqual(answer.pagingMetadata, { count: ids.length, offset: 0, total: ids.length, tooManyToCount: false, ...metadata });
}

/** The order as it is now, which is what a list finds. */
async function stored(site) {
  const { order } = await site.plans.managementGetOrder(ORDER);
  const { orders } = await site.plans.managementListOrders({ orderStatuses: [order.status] });
  assert.deepEqual(orders, [order]);
  return order;
}

const one = { orders: [planOrder()], clock: CLOCK };
const two = { orders: twoOrders(), clock: CLOCK };

/** By the name of the recorded call: what the site holds, and the call with a check of its answer. */
export const PLAN_CALLS = {
  'plans.managementListOrders ()': {
    ...two,
    async run(site) {
      const answer = await site.plans.managementListOrders();
      samePage(answer, [OTHER_ORDER, ORDER]);
      assert.ok(answer.orders[0]._createdDate instanceof Date);
    },
  },
  'plans.managementListOrders (lists, no sorting)': {
    ...two,
    async run(site) {
      const filters = { ...all, autoRenewCanceled: false, paymentStatuses: ['PAID'] };
      samePage(await site.plans.managementListOrders({ ...filters, limit: 10, offset: 20, fieldSet: 'FULL' }), [], { offset: 20, total: 1 });
      samePage(await site.plans.managementListOrders(filters), [ORDER]);
    },
  },
  'plans.managementListOrders (all + sorting)': {
    ...two,
    async run(site) {
      const sorting = { fieldName: 'endDate', order: 'ASC' };
      const filters = { ...all, autoRenewCanceled: true, paymentStatuses: ['PAID', 'UNPAID'] };
      const answer = await site.plans.managementListOrders({ ...filters, limit: 10, offset: 20, sorting, fieldSet: 'BASIC' });
      samePage(answer, [], { offset: 20, total: 1 });
      samePage(await site.plans.managementListOrders({ ...all, sorting }), [ORDER, OTHER_ORDER]);
      samePage(await site.plans.managementListOrders({ ...filters, sorting }), [OTHER_ORDER]);
    },
  },
  'plans.managementListOrders (sorting by _createdDate)': {
    ...two,
    async run(site) {
      samePage(await site.plans.managementListOrders({ sorting: { fieldName: '_createdDate', order: 'DESC' } }), [OTHER_ORDER, ORDER]);
      samePage(await site.plans.managementListOrders({ sorting: { fieldName: '_createdDate' } }), [ORDER, OTHER_ORDER]);
    },
  },
  'plans.managementListOrders (limit 1000, empty arrays, nulls)': {
    async run(site) {
      const options = { limit: 1000, offset: -1, buyerIds: [], planIds: null, orderStatuses: [] };
      const problems = await violations(site, site.plans.managementListOrders(options));
      assert.deepEqual(problems.map(({ field, violatedRule, data }) => [field, violatedRule, data.threshold]), [
        ['options.limit', 'MAX', 50], ['options.offset', 'MIN', 0],
      ]);
    },
  },
  'plans.managementGetOrder': {
    ...one,
    async run(site) {
      const { order } = await site.plans.managementGetOrder(ORDER);
      assert.equal(order._id, ORDER);
      assert.deepEqual(order._createdDate, new Date('2025-12-15T00:00:00.000Z'));
      assert.equal(order.formData.submissionData, undefined);
    },
  },
  'plans.managementGetOrder (FULL)': {
    ...one,
    async run(site) {
      const { order } = await site.plans.managementGetOrder(ORDER, { fieldSet: 'FULL' });
      assert.deepEqual(order.formData.submissionData, { shoe: '41' });
    },
  },
  'plans.memberListOrders ()': {
    ...two,
    member: MEMBER,
    run: async (site) => samePage(await site.plans.memberListOrders(), [OTHER_ORDER, ORDER]),
  },
  'plans.memberListOrders (all)': {
    ...two,
    member: MEMBER,
    async run(site) {
      const filters = { planIds: [PLAN], autoRenewCanceled: false, orderStatuses: ['ACTIVE'], paymentStatuses: ['PAID'] };
      const answer = await site.plans.memberListOrders({ ...filters, limit: 50, offset: 5, sorting: { fieldName: 'createdDate' } });
      samePage(answer, [], { offset: 5, total: 1 });
      samePage(await site.plans.memberListOrders({ ...filters, sorting: { fieldName: 'createdDate' } }), [ORDER]);
    },
  },
  'plans.memberGetOrder': {
    ...one,
    member: MEMBER,
    async run(site) {
      assert.equal((await site.plans.memberGetOrder(ORDER, { fieldSet: 'BASIC' }))._id, ORDER);
    },
  },
  'plans.cancelOrder': {
    ...one,
    async run(site) {
      answeredEmpty(site, await site.plans.cancelOrder(ORDER, 'NEXT_PAYMENT_DATE'));
      const order = await stored(site);
      assert.deepEqual([order.status, order.autoRenewCanceled], ['ACTIVE', true]);
      assert.deepEqual(order.endDate, order.currentCycle.endedDate);
      assert.deepEqual(order.cancellation, { requestedDate: NOW, cause: 'OWNER_ACTION', effectiveAt: 'NEXT_PAYMENT_DATE' });
    },
  },
  'plans.requestCancellation': {
    ...one,
    member: MEMBER,
    async run(site) {
      answeredEmpty(site, await site.plans.requestCancellation(ORDER, 'IMMEDIATELY'));
      const order = await stored(site);
      assert.deepEqual([order.status, order.currentCycle, order.endDate], ['CANCELED', undefined, NOW]);
      assert.deepEqual(order.cancellation, { requestedDate: NOW, cause: 'MEMBER_ACTION', effectiveAt: 'IMMEDIATELY' });
    },
  },
  'plans.createOfflineOrder': {
    plans: [PLANS.monthly],
    async run(site) {
      const options = { startDate: START, paid: true, couponCode: 'C1', submissionId: OTHER_ORDER };
      await applicationError(site, site.plans.createOfflineOrder(PLAN, MEMBER, options), 400, 'ERROR_COUPON_DOES_NOT_EXIST');
      samePage(await site.plans.managementListOrders(), []);
      const { order } = await site.plans.createOfflineOrder(PLAN, MEMBER, { ...options, couponCode: undefined });
      assert.deepEqual([order.status, order.lastPaymentStatus, order.startDate], ['PENDING', 'PAID', START]);
      assert.equal(order.formData.submissionId, OTHER_ORDER);
    },
  },
  'plans.createOfflineOrder (no options)': {
    plans: [PLANS.monthly],
    clock: CLOCK,
    async run(site) {
      const { order } = await site.plans.createOfflineOrder(PLAN, MEMBER);
      assert.deepEqual([order.status, order.type, order.lastPaymentStatus], ['ACTIVE', 'OFFLINE', 'UNPAID']);
      assert.deepEqual([order.startDate, order.currentCycle.startedDate, order._createdDate], [NOW, NOW, NOW]);
      const { orders } = await site.plans.managementListOrders({ buyerIds: [MEMBER] });
      assert.deepEqual(orders, [order]);
    },
  },
  'plans.createOnlineOrder': {
    run: (site) => unsupported(
      site,
      site.plans.createOnlineOrder(PLAN, {
        startDate: START, couponCode: 'C1', onBehalf: { memberId: MEMBER, orderMethod: 'MOTO' },
      }),
      'POST /pricing-plans/v2/checkout/orders/offline',
    ),
  },
  'plans.getOfflineOrderPreview': {
    plans: [PLANS.monthly],
    async run(site) {
      const options = { startDate: START, couponCode: 'C1' };
      await applicationError(site, site.plans.getOfflineOrderPreview(PLAN, MEMBER, options), 400, 'ERROR_COUPON_DOES_NOT_EXIST');
      const { order, purchaseLimitExceeded } = await site.plans.getOfflineOrderPreview(PLAN, MEMBER, { startDate: START });
      assert.deepEqual([order._id, purchaseLimitExceeded], ['00000000-0000-0000-0000-000000000000', false]);
      assert.deepEqual([order.status, order.startDate, order.pricing.prices[0].price.tax], ['PENDING', START, null]);
      samePage(await site.plans.managementListOrders(), []);
    },
  },
  'plans.getOnlineOrderPreview': {
    run: (site) => unsupported(
      site, site.plans.getOnlineOrderPreview(PLAN, { couponCode: 'C1' }), 'POST /pricing-plans/v2/checkout/orders/preview-offline',
    ),
  },
  'plans.getPricePreview': {
    plans: [PLANS.monthly],
    async run(site) {
      await applicationError(site, site.plans.getPricePreview(PLAN, { couponCode: 'C1' }), 400, 'ERROR_COUPON_DOES_NOT_EXIST');
      const { prices } = await site.plans.getPricePreview(PLAN);
      assert.deepEqual(prices.map(({ price }) => [price.total, price.currency]), [['20.00', 'USD']]);
    },
  },
  'plans.markAsPaid': {
    ...one,
    async run(site) {
      answeredEmpty(site, await site.plans.markAsPaid(ORDER));
      assert.equal((await stored(site)).lastPaymentStatus, 'PAID');
      samePage(await site.plans.managementListOrders({ paymentStatuses: ['PAID'] }), [ORDER]);
    },
  },
  'plans.pauseOrder': {
    ...one,
    async run(site) {
      answeredEmpty(site, await site.plans.pauseOrder(ORDER));
      const order = await stored(site);
      assert.deepEqual([order.status, order.currentCycle], ['PAUSED', undefined]);
      assert.deepEqual(order.pausePeriods, [{ status: 'ACTIVE', pauseDate: NOW }]);
    },
  },
  'plans.resumeOrder': {
    orders: [paused()],
    clock: CLOCK,
    async run(site) {
      answeredEmpty(site, await site.plans.resumeOrder(ORDER));
      const order = await stored(site);
      assert.equal(order.status, 'ACTIVE');
      assert.deepEqual(order.pausePeriods, [{ status: 'ENDED', pauseDate: new Date('2025-12-22T00:00:00.000Z'), resumeDate: NOW }]);
      // The pause took ten days.
      assert.deepEqual(order.endDate, new Date('2026-12-25T00:00:00.000Z'));
      assert.ok(order.currentCycle.endedDate instanceof Date);
    },
  },
  'plans.postponeEndDate': {
    ...one,
    async run(site) {
      answeredEmpty(site, await site.plans.postponeEndDate(ORDER, START));
      assert.deepEqual((await stored(site)).endDate, START);
    },
  },
  'plans.pauseOrder answered with an empty body': {
    ...one,
    // An empty body makes the SDK throw, an empty object does not.
    run: async (site) => answeredEmpty(site, await site.plans.pauseOrder(ORDER)),
  },
  'plans.pauseOrder answered 400 applicationError': {
    orders: [paused()],
    async run(site) {
      const error = await applicationError(site, site.plans.pauseOrder(ORDER), 428, 'ORDER_NOT_ACTIVE');
      assert.deepEqual(error.data, { status: 'PAUSED', reason: 'ALREADY_SUSPENDED' });
    },
  },
  'plans.managementListOrders answered 400 invalid_sort_field': {
    async run(site) {
      const call = site.plans.managementListOrders({ sorting: { fieldName: 'planId', order: 'ASC' } });
      const problems = await violations(site, call);
      assert.deepEqual(problems.map(({ field, violatedRule, ruleName }) => [field, violatedRule, ruleName]), [
        ['options.sorting.fieldName', 'OTHER', 'invalid_sort_field'],
      ]);
      assert.deepEqual(await fields(site, site.plans.managementListOrders({ sorting: { order: 'up' } })), [
        ['options.sorting.order', 'INVALID_ENUM_VALUE'],
      ]);
    },
  },
};
