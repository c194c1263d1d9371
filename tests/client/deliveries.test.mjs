// Webhooks as an app gets them: events of pricing plans, and deliveries that go wrong, to a receiver of the SDK.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { AppStrategy, createClient } from '@wix/sdk';
import { orders as ordersModule, orderTransactions as transactionsModule } from '@wix/ecom';
import { orders as plansModule } from '@wix/pricing-plans';

import { idsOf, servers } from './shop.mjs';
import { MEMBER, openSite, payment, PLANS, smallOrder } from './sites.mjs';

const { announcing, announcedPort } = servers;
const MODULES = { orders: ordersModule, orderTransactions: transactionsModule, plans: plansModule };
const NOT_EMITTED = [
  'onOrderCommitted', 'onOrderFulfilled', 'onOrderImported', 'onOrderImportedOrderDeleted', 'onOrderStartDateChanged',
  'onOrderTransactionsChargebackApproved', 'onOrderTransactionsChargebackReversed', 'onOrderTransactionsRefundCompleted',
];

const publicKey = await (await fetch(`${announcing}/_orderquery/webhook-key`)).text();

/** An app that handles every event of the SDK; `handled` is what its handlers got, with their names. */
function openApp(key = publicKey, modules = MODULES) {
  const handled = [];
  const app = createClient({ auth: AppStrategy({ appId: 'an-app', publicKey: key }), modules });
  for (const [module, methods] of Object.entries(modules)) {
    for (const name of Object.keys(methods).filter((method) => /^on[A-Z]/.test(method))) {
      app[module][name]((envelope) => void handled.push({ name: `${module}.${name}`, ...envelope }));
    }
  }
  return { webhooks: app.webhooks, handled };
}

// -- the receiver -------------------------------------------------------------------------------------------------

const received = [];
const broken = new Set();
const app = openApp();

/** Answers 200 to what the SDK accepts, 400 to the rest, and 500 to an order in `broken`. */
const receiver = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  let status = 200;
  let error;
  try {
    const { entityId } = (await app.webhooks.parseRequest(new Request('http://app/', { method: 'POST', body }))).payload;
    if (broken.has(entityId)) status = 500;
    else await app.webhooks.processRequest(new Request('http://app/', { method: 'POST', body }));
  } catch (refused) {
    [status, error] = [400, String(refused)];
  }
  received.push({ method: request.method, type: request.headers['content-type'], body: String(body), status, error });
  response.writeHead(status).end();
});

before(() => new Promise((listening) => receiver.listen(announcedPort, '127.0.0.1', listening)));
after(() => receiver.close());

/** The deliveries of a site, when each of them was tried at least so often. */
async function deliveries(site, tries = 1) {
  for (;;) {
    const { deliveries: found } = await site.send('GET', '/_orderquery/deliveries?limit=500');
    // A machine that is slow for a moment must not make this wait for the retry.
    for (const { id, attempts } of found) {
      if (attempts.at(-1)?.error?.startsWith('no answer')) await site.send('POST', `/_orderquery/deliveries/${id}/resend`);
    }
    const done = ({ state, attempts }) => state === 'delivered' || attempts.length >= tries;
    if (found.length && found.every(done)) return found;
    await new Promise((again) => setTimeout(again, 20));
  }
}

async function openAnnounced(options) {
  return openSite({ server: announcing, clock: '2026-01-31T10:00:00Z', ...options });
}

const fault = (site, body) => site.send('POST', '/_orderquery/deliveries/faults', body);
const handledOf = (id) => app.handled.filter(({ metadata }) => metadata.entityId === id);
const bodiesOf = (id) => received.filter(({ body }) => {
  const [, claims] = body.split('.');
  return Buffer.from(claims, 'base64url').includes(id);
});

// -- tests --------------------------------------------------------------------------------------------------------

/** Every event of pricing plans that the emulator emits, on two orders. */
async function liveWithPlans() {
  const site = await openAnnounced({ plans: [PLANS.monthly, PLANS.pass] });
  const buy = async (plan, options) => (await site.plans.createOfflineOrder(PLANS[plan].id, MEMBER, options)).order._id;
  const [subscription, pass] = [await buy('monthly', { paid: true }), await buy('pass')];
  await site.clock({ advance: '30d' });
  await site.plans.pauseOrder(subscription);
  await site.plans.resumeOrder(subscription);
  await site.plans.cancelOrder(subscription, 'NEXT_PAYMENT_DATE');
  const later = await buy('pass', { startDate: new Date('2027-01-01T00:00:00Z') });
  await site.plans.postponeEndDate(later, new Date('2027-06-01T00:00:00Z'));
  await site.plans.cancelOrder(later, 'IMMEDIATELY');
  return { site, subscription, pass, later };
}

test('every event of pricing plans: announced, accepted by webhooks.process, delivered', async () => {
  const { site, subscription, pass, later } = await liveWithPlans();
  const events = await site.events();
  const { webhooks, handled } = openApp();
  for (const { envelope } of events) await webhooks.process(envelope);
  const names = Object.keys(plansModule).filter((name) => /^on[A-Z]/.test(name) && !NOT_EMITTED.includes(name));
  assert.deepEqual([...new Set(handled.map(({ name }) => name))].sort(), names.map((name) => `plans.${name}`).sort());

  for (const [index, { metadata, entity, data }] of handled.entries()) {
    const { event } = events[index];
    assert.equal(metadata._id, event.id);
    assert.ok(metadata.eventTime instanceof Date);
    const order = entity ?? data.order;
    assert.equal(order._id, metadata.entityId);
    assert.ok(order._createdDate instanceof Date && order.startDate instanceof Date);
  }
  const cycles = handled.filter(({ name }) => name === 'plans.onOrderCycleStarted').map(({ data }) => data.cycleNumber);
  assert.deepEqual(cycles, [1, 2]);
  assert.equal(new Set(handled.map(({ metadata }) => metadata.instanceId)).size, 1);

  const states = (await deliveries(site)).map(({ state }) => state);
  assert.deepEqual(new Set(states), new Set(['delivered']));
  assert.equal(states.length, events.length);
  for (const id of [subscription, pass, later]) {
    const sent = events.filter(({ event }) => event.entityId === id).map(({ event }) => event.id);
    assert.deepEqual([...new Set(idsOf(handledOf(id).map(({ metadata }) => metadata)))], sent);
  }
});

test('every event of orders and payments, as the app gets it', async () => {
  const site = await openAnnounced();
  const order = await site.orders.createOrder(smallOrder('20', { status: 'INITIALIZED' }));
  const { paymentsIds } = await site.transactions.addPayments(order._id, [payment('20', { status: 'PENDING' })]);
  await site.transactions.updatePaymentStatus({ orderId: order._id, paymentId: paymentsIds[0] }, { status: 'APPROVED' });
  await site.orders.updateOrder(order._id, { archived: true });
  const { order: canceled } = await site.orders.cancelOrder(order._id, { sendOrderCanceledEmail: true });
  await deliveries(site);

  const handled = handledOf(order._id);
  assert.deepEqual(handled[0].entity, order);
  assert.deepEqual(handled.map(({ name }) => name), [
    'orders.onOrderCreated',
    'orderTransactions.onOrderTransactionsUpdated',
    'orderTransactions.onOrderTransactionsDetailsUpdated',
    'orders.onOrderPaymentStatusUpdated',
    'orders.onOrderUpdated',
    'orderTransactions.onOrderTransactionsUpdated',
    'orderTransactions.onOrderTransactionsDetailsUpdated',
    'orders.onOrderPaymentStatusUpdated',
    'orders.onOrderApproved',
    'orders.onOrderUpdated',
    'orders.onOrderUpdated',
    'orders.onOrderCanceled',
    'orders.onOrderUpdated',
  ]);
  const of = (name) => handled.filter((event) => event.name === name);
  assert.deepEqual(of('orders.onOrderPaymentStatusUpdated').map(({ data }) => [data.previousPaymentStatus, data.order.paymentStatus]), [
    ['NOT_PAID', 'PENDING'], ['PENDING', 'PAID'],
  ]);
  for (const { data } of of('orderTransactions.onOrderTransactionsUpdated')) {
    assert.deepEqual([data.paymentIds, data.refundIds], [paymentsIds, []]);
    assert.deepEqual(idsOf(data.orderTransactions.payments), paymentsIds);
  }
  const [{ data }] = of('orders.onOrderCanceled');
  assert.deepEqual([data.sendOrderCanceledEmail, data.restockAllItems, data.customMessage], [true, false, undefined]);
  assert.deepEqual(data.order, canceled);
  assert.deepEqual(handled.at(-1).entity, canceled);
  for (const { method, type } of bodiesOf(order._id)) assert.deepEqual([method, type], ['POST', 'text/plain; charset=utf-8']);
});

for (const name of ['tamper', 'wrong-key']) {
  test(`the app refuses an envelope with the fault "${name}", and gets the event again`, async () => {
    const site = await openAnnounced();
    await fault(site, { fault: name });
    const { _id: id } = await site.orders.createOrder(smallOrder('20', { status: 'PENDING' }));
    const [{ state, attempts }] = await deliveries(site);
    assert.deepEqual([state, attempts.length, attempts[0].status, attempts[0].fault], ['waiting', 1, 400, name]);
    assert.match(received.findLast(({ status }) => status === 400).error, /signature verification failed/);
    assert.deepEqual(handledOf(id), []);
    await site.clock({ advance: '1m' });
    assert.deepEqual(handledOf(id).map((event) => event.name), ['orders.onOrderCreated']);
    const [{ state: then, attempts: tries }] = await deliveries(site, 2);
    assert.deepEqual([then, tries.map(({ status }) => status)], ['delivered', [400, 200]]);
  });
}

test('an app with another key, or without a handler, refuses an event', async () => {
  const site = await openAnnounced();
  await site.orders.createOrder(smallOrder());
  const [{ envelope }] = await site.events();
  const { publicKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = openApp(other.export({ type: 'spki', format: 'pem' }));
  await assert.rejects(stranger.webhooks.process(envelope), /signature verification failed/);
  const [head, claims, signature] = envelope.split('.');
  for (const changed of [`${head}.${claims.slice(0, -4)}.${signature}`, `${head}.${claims}.`, `${head}.${claims}`, '']) {
    await assert.rejects(openApp().webhooks.process(changed));
  }
  const deaf = openApp(publicKey, { plans: plansModule });
  await assert.rejects(deaf.webhooks.process(envelope), /Unexpected event type: wix.ecom.v1.order_created/);
});

test('an event that is sent twice has the same id', async () => {
  const site = await openAnnounced();
  await fault(site, { fault: 'duplicate' });
  const { _id: id } = await site.orders.createOrder(smallOrder('20', { status: 'PENDING' }));
  await deliveries(site);
  const [one, two, ...more] = handledOf(id);
  assert.deepEqual([one.metadata._id, more], [two.metadata._id, []]);
});

test('events of an order wait for the one that failed; those of another do not', async () => {
  const site = await openAnnounced();
  const [held, free] = [await site.orders.createOrder(smallOrder('20', { status: 'PENDING' })), await site.orders.createOrder(smallOrder())];
  await deliveries(site);
  broken.add(free._id);
  await site.orders.updateOrder(free._id, { archived: true });
  await site.orders.updateOrder(free._id, { archived: false });
  const { _id: other } = await site.orders.createOrder(smallOrder('20', { status: 'PENDING' }));
  while (handledOf(other).length === 0) await new Promise((again) => setTimeout(again, 20));
  assert.deepEqual(handledOf(free._id).map(({ name }) => name), ['orders.onOrderCreated', 'orders.onOrderApproved']);
  broken.clear();
  await site.clock({ advance: '1m' });
  assert.deepEqual(handledOf(free._id).slice(2).map(({ entity }) => entity.archived), [true, false]);
  assert.equal(handledOf(held._id).length, 1);
});

test('each site has an instance of the app', async () => {
  const sites = [await openAnnounced(), await openAnnounced()];
  const instances = await Promise.all(sites.map(async (site) => {
    const { _id: id } = await site.orders.createOrder(smallOrder());
    await deliveries(site);
    return new Set(handledOf(id).map(({ metadata }) => metadata.instanceId));
  }));
  assert.deepEqual(instances.map(({ size }) => size), [1, 1]);
  assert.notDeepEqual(instances[0], instances[1]);
});
