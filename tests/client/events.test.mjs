// Every event that a life of orders announces, through the published client: as delivered, and as read afterwards.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { AppStrategy, createClient } from '@wix/sdk';
import { orders as ordersModule, orderTransactions as transactionsModule } from '@wix/ecom';

import { clientOf, servers } from './shop.mjs';

const { writing, receiverPort, instanceId } = servers;
const sample = JSON.parse(readFileSync(new URL('../samples/create_order.request.json', import.meta.url)));
const HANDLERS = {
  orders: ['onOrderCreated', 'onOrderApproved', 'onOrderUpdated', 'onOrderCanceled', 'onOrderPaymentStatusUpdated'],
  orderTransactions: ['onOrderTransactionsUpdated', 'onOrderTransactionsDetailsUpdated'],
};

const publicKey = await (await fetch(`${writing}/_orderquery/webhook-key`)).text();

/** An app that handles every event; `handled` is what its handlers got, with their names. */
function appWith(key) {
  const handled = [];
  const app = createClient({
    auth: AppStrategy({ appId: '00000000-0000-4000-8000-000000000001', publicKey: key }),
    modules: { orders: ordersModule, orderTransactions: transactionsModule },
  });
  for (const [module, names] of Object.entries(HANDLERS)) {
    for (const name of names) app[module][name]((envelope) => void handled.push([name, envelope]));
  }
  return { app, handled };
}

async function events() {
  return (await (await fetch(`${writing}/_orderquery/events?envelopes=true`)).json()).events;
}

async function deliveries() {
  return (await (await fetch(`${writing}/_orderquery/deliveries`)).json()).deliveries;
}

async function post(path) {
  assert.equal((await fetch(writing + path, { method: 'POST' })).status, 200);
}

// -- the life of an order ---------------------------------------------------------------------------------------

const delivered = appWith(publicKey);
const receiver = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    await delivered.app.webhooks.processRequest(
      new Request('http://receiver/', { method: 'POST', body: Buffer.concat(parts) }),
    );
    response.writeHead(200).end();
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});
let paid;

before(async () => {
  await new Promise((listening) => receiver.listen(receiverPort, '127.0.0.1', listening));
  const { orders, transactions } = clientOf(writing);
  const status = { status: 'INITIALIZED', paymentStatus: 'NOT_PAID' };
  // The client takes images as texts, not as the objects of the documents.
  const lineItems = sample.order.lineItems.map(({ image, ...item }) => item);
  const { _id: id } = await orders.createOrder({ ...sample.order, ...status, lineItems });
  paid = id;
  const total = sample.order.priceSummary.total.amount;
  const payment = { amount: { amount: total }, regularPaymentDetails: { paymentMethod: 'CreditCard', status: 'PENDING' } };
  const { paymentsIds } = await transactions.addPayments(id, [payment]);
  await transactions.updatePaymentStatus({ orderId: id, paymentId: paymentsIds[0] }, { status: 'APPROVED' });
  await orders.updateOrder(id, { buyerInfo: { email: 'new@example.com' } });
  await orders.cancelOrder(id, { restockAllItems: true, customMessage: 'Ordered by mistake' });
});

after(() => receiver.close());

// -- tests --------------------------------------------------------------------------------------------------------

test('every kind of event was announced', async () => {
  const types = new Set((await events()).map(({ event }) => `${event.entityFqdn}_${event.slug}`));
  assert.deepEqual([...types].sort(), [
    'wix.ecom.v1.order_approved',
    'wix.ecom.v1.order_canceled',
    'wix.ecom.v1.order_created',
    'wix.ecom.v1.order_payment_status_updated',
    'wix.ecom.v1.order_transactions_details_updated',
    'wix.ecom.v1.order_transactions_updated',
    'wix.ecom.v1.order_updated',
  ]);
});

test('every envelope is accepted by webhooks.process and reaches its handler', async () => {
  const { app, handled } = appWith(publicKey);
  const read = await events();
  for (const { envelope } of read) await app.webhooks.process(envelope);
  assert.equal(handled.length, read.length);
  assert.deepEqual(new Set(handled.map(([name]) => name)), new Set(Object.values(HANDLERS).flat()));
  for (const [index, [, { metadata }]] of handled.entries()) {
    const { event } = read[index];
    assert.equal(metadata._id, event.id);
    assert.equal(metadata.entityId, paid);
    assert.equal(metadata.instanceId, instanceId);
    assert.ok(metadata.eventTime instanceof Date);
    assert.equal(metadata.triggeredByAnonymizeRequest, false);
  }
});

test('handlers get the order with the names of the SDK', async () => {
  const { app, handled } = appWith(publicKey);
  for (const { envelope } of await events()) await app.webhooks.process(envelope);
  const of = (wanted) => handled.find(([name]) => name === wanted)[1];
  assert.equal(of('onOrderCreated').entity._id, paid);
  assert.equal(of('onOrderUpdated').entity._id, paid);
  assert.equal(of('onOrderApproved').data.order._id, paid);
  const canceled = of('onOrderCanceled').data;
  assert.equal(canceled.order.status, 'CANCELED');
  assert.equal(canceled.restockAllItems, true);
  assert.equal(canceled.customMessage, 'Ordered by mistake');
  assert.ok(of('onOrderPaymentStatusUpdated').data.previousPaymentStatus);
  assert.equal(of('onOrderTransactionsUpdated').data.orderTransactions.orderId, paid);
});

test('an app with another key refuses the envelopes', async () => {
  const { generateKeyPairSync } = await import('node:crypto');
  const { publicKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { app } = appWith(other.export({ type: 'spki', format: 'pem' }));
  const [{ envelope }] = await events();
  await assert.rejects(app.webhooks.process(envelope), /signature/i);
});

test('every event was delivered, in order, and accepted', async () => {
  const sent = (await events()).map(({ event }) => event.id);
  for (;;) {
    const waiting = (await deliveries()).filter(({ state }) => state === 'waiting');
    if (waiting.length === 0) break;
    // A machine that is slow for a moment must not make this wait for the retry.
    for (const { id, attempts } of waiting) if (attempts.length > 0) await post(`/_orderquery/deliveries/${id}/resend`);
    await new Promise((again) => setTimeout(again, 20));
  }
  const received = delivered.handled.map(([, { metadata }]) => metadata._id);
  // At least once: a receiver recognises what it has by its id.
  assert.deepEqual([...new Set(received)], sent);
  for (const { state, attempts } of await deliveries()) {
    assert.equal(state, 'delivered');
    assert.equal(attempts.at(-1).status, 200);
  }
});
