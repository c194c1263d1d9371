// The recorded calls of payments: how to make each again, and what the answer has to be.

import assert from 'node:assert/strict';

import { A, B, C, PAYMENT, recordedOrders, recordedPayments } from './recorded_orders.mjs';
import { applicationError, idsOf } from './shop.mjs';
import { fields, sample, sameCounts } from './sites.mjs';

const pairs = [{ orderId: A, paymentId: PAYMENT }, { orderId: B, paymentId: C }];
const documentedPayments = () => sample('add_payments.request').payments;

function withPayments(...options) {
  return [...recordedOrders(), ...recordedPayments(...options)];
}

/** By the name of the recorded call: what the site holds, and the call with a check of its answer. */
export const PAYMENT_CALLS = {
  'transactions.addPayments (seed)': {
    orders: recordedOrders(),
    async run(site) {
      const answer = await site.transactions.addPayments(A, documentedPayments());
      assert.deepEqual(idsOf(answer.orderTransactions.payments), answer.paymentsIds);
      assert.equal(answer.paymentsIds.length, 2);
      const [card, giftCard] = answer.orderTransactions.payments;
      assert.deepEqual(card.amount, { amount: '19.0', formattedAmount: '$19.00' });
      assert.equal(card.regularPaymentDetails.status, 'PENDING');
      assert.deepEqual([giftCard.giftcardPaymentDetails.giftCardId, giftCard.giftcardPaymentDetails.voided], ['', false]);
      assert.deepEqual(await site.find({ paymentStatus: 'PARTIALLY_PAID' }), [A]);
    },
  },
  'transactions.addPayments (SDK names and a date)': {
    orders: recordedOrders(),
    async run(site) {
      const created = new Date('2024-01-01T00:00:00.000Z');
      const { orderTransactions } = await site.transactions.addPayments(A, [
        {
          amount: { amount: '5' },
          _createdDate: created,
          regularPaymentDetails: {
            offlinePayment: true, status: 'APPROVED', paymentMethodName: { userDefinedName: { predefined: 'CASH' } },
          },
        },
        {
          amount: { amount: '1' },
          membershipPaymentDetails: { lineItemId: B, name: { original: 'Gold' }, providerAppId: C, membershipId: 'm' },
        },
      ]);
      assert.deepEqual(orderTransactions.payments[0]._createdDate, created);
      const order = await site.orders.getOrder(A);
      assert.deepEqual([order.paymentStatus, order.balanceSummary.paid.amount], ['PARTIALLY_PAID', '6']);
    },
  },
  'transactions.updatePaymentStatus': {
    orders: withPayments(),
    async run(site) {
      const ids = { paymentId: PAYMENT, orderId: A };
      const { orderTransactions } = await site.transactions.updatePaymentStatus(ids, { status: 'APPROVED' });
      assert.equal(orderTransactions.payments[0].regularPaymentDetails.status, 'APPROVED');
      assert.deepEqual(await site.find({ paymentStatus: 'PARTIALLY_PAID' }), [A]);
    },
  },
  'transactions.updatePaymentStatus (no status)': {
    orders: withPayments(),
    run: (site) => applicationError(
      site, site.transactions.updatePaymentStatus({ paymentId: PAYMENT, orderId: A }), 428, 'STATUS_NOT_ALLOWED',
    ),
  },
  'transactions.bulkUpdatePaymentStatuses': {
    orders: withPayments(),
    async run(site) {
      const answer = await site.transactions.bulkUpdatePaymentStatuses(pairs, { status: 'CANCELED', returnFullEntity: true });
      sameCounts(answer, 2, 0);
      assert.deepEqual(answer.results.map(({ itemMetadata }) => itemMetadata._id), [PAYMENT, C]);
      for (const { item } of answer.results) assert.equal(item.regularPaymentDetails.status, 'CANCELED');
      assert.equal((await site.orders.getOrder(A)).paymentStatus, 'CANCELED');
    },
  },
  'transactions.listTransactionsForSingleOrder': {
    orders: withPayments(),
    async run(site) {
      const { orderTransactions } = await site.transactions.listTransactionsForSingleOrder(A);
      assert.deepEqual(idsOf(orderTransactions.payments), [PAYMENT]);
    },
  },
  'transactions.listTransactionsForMultipleOrders': {
    orders: withPayments(),
    async run(site) {
      const { orderTransactions } = await site.transactions.listTransactionsForMultipleOrders([A, B]);
      assert.deepEqual(orderTransactions.map(({ payments }) => idsOf(payments)), [[PAYMENT], [C]]);
    },
  },
  'transactions.updatePaymentStatus answered 428 STATUS_NOT_ALLOWED': {
    orders: withPayments(),
    async run(site) {
      const ids = { paymentId: PAYMENT, orderId: A };
      assert.deepEqual(await fields(site, site.transactions.updatePaymentStatus(ids, { status: 'X' })), [['options.status', 'INVALID_ENUM_VALUE']]);
      await applicationError(site, site.transactions.updatePaymentStatus(ids, { status: 'REFUNDED' }), 428, 'STATUS_NOT_ALLOWED');
    },
  },
  'transactions.bulkUpdatePaymentStatuses (seed body)': {
    async run(site) {
      const { paymentAndOrderIds, status } = sample('bulk_update_payment_statuses.request');
      const answer = await site.transactions.bulkUpdatePaymentStatuses(paymentAndOrderIds, { status });
      sameCounts(answer, 0, 2);
      for (const [index, { itemMetadata, item }] of answer.results.entries()) {
        assert.equal(itemMetadata._id, paymentAndOrderIds[index].paymentId);
        assert.equal(itemMetadata.error.code, 'ORDER_TRANSACTIONS_NOT_FOUND');
        assert.equal(item, undefined);
      }
    },
  },
  'transactions.addPayments answered 400 applicationError DUPLICATE': {
    orders: withPayments('PENDING', { providerTransactionId: 'pi_3Nma8hD7mauJ7ZJt0bKKZkRT' }),
    async run(site) {
      assert.deepEqual(await fields(site, site.transactions.addPayments(A, [{ amount: { amount: '1' } }])), [
        ['payments[0]', 'REQUIRED_ONE_OF_FIELD'],
      ]);
      await applicationError(site, site.transactions.addPayments(A, documentedPayments()), 400, 'DUPLICATE_PAYMENT');
      const { orderTransactions } = await site.transactions.listTransactionsForSingleOrder(A);
      assert.deepEqual(idsOf(orderTransactions.payments), [PAYMENT]);
    },
  },
  'transactions.addPayments (null amount parts, paymentOrderId null)': {
    orders: recordedOrders(),
    async run(site) {
      const details = { paymentOrderId: null, offlinePayment: true };
      const { orderTransactions } = await site.transactions.addPayments(A, [{ amount: { amount: '1' }, regularPaymentDetails: details }]);
      assert.equal(orderTransactions.payments[0].regularPaymentDetails.status, 'APPROVED');
    },
  },
};
