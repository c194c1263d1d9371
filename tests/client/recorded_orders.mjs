// The recorded calls of orders: how to make each again, and what the answer has to be.

import assert from 'node:assert/strict';

import { applicationError, violations, warningsOf } from './shop.mjs';
import { documentedOrder, fields, notSent, sample, sameCounts, unsupported } from './sites.mjs';

export const A = '6da768ad-3c9f-444a-9465-7ae0b89fd305';
export const B = '6bfb7f73-3269-41d6-b396-64f6bb5947ff';
export const PAYMENT = '490fa480-414e-443a-befe-13cbb2772a2f';
export const C = 'b1111111-1111-4111-8111-111111111111';

/** The orders that the recorded calls name; `changes` are made to the first. */
export function recordedOrders(changes = {}) {
  const { order } = sample('create_order.response');
  return [{ ...order, ...changes }, { ...order, id: B, number: '10108' }];
}

/** A payment of each recorded order. */
export function recordedPayments(status = 'PENDING', details = {}) {
  const record = (orderId, id) => ({
    orderId,
    payments: [{
      id,
      regularPaymentDetails: { paymentMethod: 'CreditCard', offlinePayment: false, status, ...details },
      createdDate: '2024-01-05T00:00:00.000Z',
      updatedDate: '2024-01-05T00:00:00.000Z',
      amount: { amount: '12.00', formattedAmount: '$12.00' },
      refundDisabled: false,
    }],
    refunds: [],
  });
  return [record(A, PAYMENT), record(B, C)];
}

const cancelOptions = {
  sendOrderCanceledEmail: true, customMessage: 'Canceled due to incorrect quantity ordered', restockAllItems: true,
};

const sdkSpelling = () => ({
  _id: A,
  _createdDate: new Date('2020-01-01T00:00:00.000Z'),
  lineItems: [{
    _id: B,
    productName: { original: 'Shoe' },
    quantity: 2,
    price: { amount: '10' },
    itemType: { preset: 'PHYSICAL' },
    catalogReference: { appId: C, catalogItemId: 'x' },
    image: 'wix:image://v1/abc~mv2.jpg/shoe.jpg#originWidth=100&originHeight=50',
    physicalProperties: { weight: 1.5, shippable: true },
  }],
  channelInfo: { type: 'OTHER_PLATFORM', externalOrderId: 'E1' },
  priceSummary: { total: { amount: '20' } },
  purchasedDate: new Date('2024-01-01T00:00:00.000Z'),
  billingInfo: {
    address: { country: 'US', location: { latitude: 1.5, longitude: 2 }, addressLine1: '1 Main' },
    contactDetails: { firstName: 'A', vatId: { type: 'CPF', _id: '1' } },
  },
  activities: [{ type: 'MERCHANT_COMMENT', merchantComment: { message: 'hi' } }],
  customFields: [{ title: 't', value: { _id: 'keep?' } }],
});

const settings = {
  orderApprovalStrategy: 'PAYMENT_RECEIVED',
  notifications: { sendNotificationToBuyer: false, sendNotificationsToBusiness: true },
  editableByOwnerApps: { appIds: [C] },
};

const archived = (id) => ({ order: { _id: id, archived: true } });

/** By the name of the recorded call: what the site holds, the call, and a check of its answer. */
export const ORDER_CALLS = {
  'orders.createOrder (seed body in REST spelling)': {
    async run(site) {
      const { order } = sample('create_order.request');
      await notSent(site, site.orders.createOrder(order), TypeError);
    },
  },
  'orders.createOrder (seed body, image written as the SDK wants it)': {
    async run(site) {
      const order = await site.orders.createOrder(documentedOrder());
      const { order: documented } = sample('create_order.response');
      assert.deepEqual(await site.find({ number: order.number }), [order._id]);
      const { order: stored } = site.exchanges[0].answer;
      assert.deepEqual(Object.keys(documented).filter((key) => !(key in stored)), []);
      for (const key of ['priceSummary', 'status', 'paymentStatus', 'fulfillmentStatus', 'balanceSummary']) {
        assert.deepEqual(stored[key], documented[key], key);
      }
      assert.ok(order._createdDate instanceof Date);
      assert.deepEqual(order._createdDate, order._updatedDate);
      assert.deepEqual(order.activities.map(({ type }) => type), ['ORDER_PLACED']);
    },
  },
  'orders.createOrder (SDK spelling, settings, dates, image, address)': {
    ignores: true,
    async run(site) {
      const order = await site.orders.createOrder(sdkSpelling(), { settings });
      assert.equal(warningsOf(site), 'ignored-key /order/activities, ignored-key /order/id, ignored-key /order/createdDate');
      assert.notEqual(order._id, A);
      assert.equal(order.lineItems[0]._id, B);
      assert.ok(order.lineItems[0].image.startsWith('wix:image://v1/abc~mv2.jpg/shoe.jpg#'));
      assert.deepEqual(order.billingInfo.address.location, { latitude: 1.5, longitude: 2 });
      assert.equal(order.billingInfo.address.addressLine1, '1 Main');
      assert.deepEqual(order.purchasedDate, new Date('2024-01-01T00:00:00.000Z'));
      // It waits for a payment, and only Get Order returns it meanwhile.
      assert.equal(order.status, 'INITIALIZED');
      assert.deepEqual(await site.find({ 'channelInfo.externalOrderId': 'E1' }), []);
      assert.deepEqual(await site.orders.getOrder(order._id), order);
    },
  },
  'orders.updateOrder (email)': {
    orders: recordedOrders(),
    async run(site) {
      const email = 'a-new-buyerInfo-email@gmail.com';
      const order = await site.orders.updateOrder(A, { buyerInfo: { email } });
      assert.equal(order.buyerInfo.email, email);
      assert.deepEqual(await site.find({ 'buyerInfo.email': email }), [A]);
    },
  },
  'orders.updateOrder (null removes, address, extendedFields, dates)': {
    orders: recordedOrders(),
    async run(site) {
      const call = site.orders.updateOrder(A, {
        archived: null,
        buyerLanguage: null,
        recipientInfo: { address: null, contactDetails: { firstName: 'B', company: null } },
        billingInfo: { address: { country: 'US', addressLine1: null } },
        extendedFields: { namespaces: { '@a/b': { k: 1 } } },
        buyerInfo: null,
      });
      assert.deepEqual(await fields(site, call), [['order.buyerInfo', 'REQUIRED_FIELD']]);
    },
  },
  'orders.updateOrder (with fieldMask in order? 3rd arg ignored)': {
    orders: recordedOrders(),
    async run(site) {
      const order = await site.orders.updateOrder(A, { archived: true }, { fieldMask: ['buyerInfo.email'] });
      assert.equal(order.archived, true);
      assert.deepEqual(await site.find({ archived: true }), [A]);
    },
  },
  'orders.updateOrder (other _id in the body)': {
    orders: recordedOrders(),
    async run(site) {
      const order = await site.orders.updateOrder(A, { _id: B, archived: true });
      assert.equal(order._id, A);
      assert.equal(warningsOf(site), null);
      assert.deepEqual(await site.find({ archived: true }), [A]);
    },
  },
  'orders.bulkUpdateOrders (seed)': {
    orders: recordedOrders(),
    async run(site) {
      const answer = await site.orders.bulkUpdateOrders([archived(A), archived(B)], { returnEntity: false });
      sameCounts(answer, 2, 0);
      assert.deepEqual(answer.results.map((result) => [result.itemMetadata, result.item]), [
        [{ _id: A, originalIndex: 0, success: true }, undefined],
        [{ _id: B, originalIndex: 1, success: true }, undefined],
      ]);
      assert.deepEqual((await site.find({ archived: true })).sort(), [B, A]);
    },
  },
  'orders.bulkUpdateOrders (returnEntity, fieldMask per order)': {
    orders: recordedOrders(),
    async run(site) {
      const masked = { ...archived(A), fieldMask: ['archived', 'buyerInfo.email'] };
      const answer = await site.orders.bulkUpdateOrders([masked], { returnEntity: true });
      sameCounts(answer, 1, 0);
      const [{ item }] = answer.results;
      assert.deepEqual([item._id, item.archived, item.buyerInfo.email], [A, true, undefined]);
      assert.ok(item._updatedDate instanceof Date);
      assert.deepEqual(await site.find({ 'buyerInfo.email': 'johndoe@gmail.com' }), [B]);
    },
  },
  'orders.bulkUpdateOrders (one failure in the answer)': {
    orders: recordedOrders({ status: 'PENDING' }),
    async run(site) {
      const answer = await site.orders.bulkUpdateOrders([archived(A)]);
      sameCounts(answer, 0, 1);
      const [{ itemMetadata }] = answer.results;
      assert.deepEqual([itemMetadata._id, itemMetadata.success], [A, false]);
      assert.equal(itemMetadata.error.code, 'ORDER_IS_PENDING');
      assert.ok(itemMetadata.error.description);
      assert.deepEqual(await site.find({ archived: true }), []);
    },
  },
  'orders.cancelOrder': {
    orders: recordedOrders(),
    async run(site) {
      const { order } = await site.orders.cancelOrder(A, cancelOptions);
      assert.deepEqual([order.status, order.paymentStatus], ['CANCELED', 'NOT_PAID']);
      assert.deepEqual(order.activities.map(({ type }) => type), ['ORDER_PLACED', 'ORDER_CANCELED']);
      assert.deepEqual(order.activities[1]._createdDate, order._updatedDate);
      // Only what Wix Stores sold goes back into stock.
      assert.deepEqual(order.lineItems.map(({ restockQuantity }) => restockQuantity), [1, undefined]);
      assert.deepEqual(await site.find({ status: 'CANCELED' }), [A]);
    },
  },
  'orders.cancelOrder (no options)': {
    orders: recordedOrders(),
    async run(site) {
      const { order } = await site.orders.cancelOrder(A);
      assert.equal(order.status, 'CANCELED');
      assert.deepEqual(order.lineItems.map(({ restockQuantity }) => restockQuantity), [undefined, undefined]);
    },
  },
  'orders.addActivities': {
    run: (site) => unsupported(
      site,
      site.orders.addActivities(A, {
        orderActivities: [{ activityType: 'MERCHANT_COMMENT', merchantComment: { message: 'hi' } }],
      }),
      'PATCH /ecom/v1/orders/{id}',
    ),
  },
  'orders.bulkUpdateOrderTags': {
    run: (site) => unsupported(
      site, site.orders.bulkUpdateOrderTags([A], { assignTags: { tags: { tagIds: [C] } } }), 'POST /ecom/v1/bulk/orders/update',
    ),
  },
  'orders.getOrder': {
    orders: recordedOrders(),
    async run(site) {
      assert.equal((await site.orders.getOrder(A))._id, A);
    },
  },
  'orders.importOrder': {
    run: (site) => unsupported(
      site, site.orders.importOrder({ number: '77', status: 'APPROVED', paymentStatus: 'PAID' }), 'POST /ecom/v1/orders',
    ),
  },
  'orders.setOrderNumberCounter': {
    run: (site) => unsupported(site, site.orders.setOrderNumberCounter('20000', { allowLowerCounter: true }), 'POST /ecom/v1/orders'),
  },
  'orders.bulkDeleteImportedOrders': {
    run: (site) => unsupported(site, site.orders.bulkDeleteImportedOrders([A]), 'POST /ecom/v1/orders/{id}/cancel'),
  },
  'orders.preparePaymentCollection': {
    run: (site) => unsupported(
      site, site.orders.preparePaymentCollection(A, { amount: '5' }), 'POST /ecom/v1/payments/orders/{orderId}/add-payment',
    ),
  },
  'orders.getPaymentCollectabilityStatus': {
    run: (site) => unsupported(site, site.orders.getPaymentCollectabilityStatus(A), 'GET /ecom/v1/payments/orders/{orderId}'),
  },
  'orders.createOrder answered 201': {
    async run(site) {
      assert.deepEqual(await fields(site, site.orders.createOrder({})), [
        ['order.channelInfo', 'REQUIRED_FIELD'], ['order.lineItems', 'REQUIRED_FIELD'], ['order.priceSummary', 'REQUIRED_FIELD'],
      ]);
      // What it can create is answered with 200, never with 201, at which the SDK throws.
      await site.orders.createOrder(documentedOrder());
      assert.equal(site.exchanges.at(-1).status, 200);
    },
  },
  'orders.updateOrder answered 428 applicationError': {
    orders: recordedOrders({ status: 'PENDING' }),
    run: (site) => applicationError(site, site.orders.updateOrder(A, { archived: true }), 428, 'ORDER_IS_PENDING'),
  },
  'orders.updateOrder answered 400 validationError': {
    orders: recordedOrders(),
    async run(site) {
      assert.deepEqual(await fields(site, site.orders.updateOrder(A, { buyerInfo: null })), [['order.buyerInfo', 'REQUIRED_FIELD']]);
    },
  },
  'orders.bulkUpdateOrders answered 400 validationError (indexed field)': {
    async run(site) {
      assert.deepEqual(await fields(site, site.orders.bulkUpdateOrders([{ order: {} }])), [['orders[0].order.id', 'REQUIRED_FIELD']]);
    },
  },
  'orders.cancelOrder answered 428': {
    orders: [...recordedOrders(), ...recordedPayments('AUTHORIZED')],
    run: (site) => applicationError(site, site.orders.cancelOrder(A), 428, 'ORDER_HAS_AUTHORIZED_TRANSACTION'),
  },
  'orders.cancelOrder answered 404': {
    async run(site) {
      const error = await applicationError(site, site.orders.cancelOrder(A), 404, 'ORDER_NOT_FOUND');
      assert.deepEqual(error.data, { id: A });
    },
  },
  'orders.createOrder answered 428 PURCHASED_DATE_CANNOT_BE_IN_FUTURE': {
    async run(site) {
      const purchasedDate = new Date('2999-01-01T00:00:00.000Z');
      assert.deepEqual((await fields(site, site.orders.createOrder({ purchasedDate }))).map(([, rule]) => rule), [
        'REQUIRED_FIELD', 'REQUIRED_FIELD', 'REQUIRED_FIELD',
      ]);
      const call = site.orders.createOrder(documentedOrder({ purchasedDate }));
      await applicationError(site, call, 428, 'PURCHASED_DATE_CANNOT_BE_IN_FUTURE');
      assert.deepEqual(await site.find({}), []);
    },
  },
  'orders.bulkUpdateOrders answered 428 whole call': {
    async run(site) {
      const [violation] = await violations(site, site.orders.bulkUpdateOrders([]));
      assert.deepEqual([violation.field, violation.violatedRule, violation.data.threshold], ['orders', 'MIN_SIZE', 1]);
    },
  },
};
