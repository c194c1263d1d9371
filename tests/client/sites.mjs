// A site of its own for each test, on a server that starts without orders.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { clientOf, found, refusal, thrown, violations, writable } from './shop.mjs';

export const MEMBER = 'c2222222-2222-4222-8222-222222222222';
export const OTHER_MEMBER = 'c3333333-3333-4333-8333-333333333333';

/** A document of the service's documentation. */
export function sample(name) {
  return JSON.parse(readFileSync(new URL(`../samples/${name}.json`, import.meta.url)));
}

/** The plans of the tests in Python, by name. */
export const PLANS = JSON.parse(readFileSync(new URL('../emulator/plans/lives.json', import.meta.url))).plans;

/** The order of Create Order's documentation, with images as the SDK takes them. */
export function documentedOrder(changes = {}) {
  const { order } = sample('create_order.request');
  for (const line of order.lineItems.filter(({ image }) => image)) {
    const { id, width, height } = line.image;
    line.image = `wix:image://v1/${id}/x.jpg#originWidth=${width}&originHeight=${height}`;
  }
  return { ...order, ...changes };
}

/** The smallest order of a total. */
export function smallOrder(total = '20', changes = {}) {
  return {
    lineItems: [{ productName: { original: 'Shoe' }, quantity: 2, price: { amount: '10' }, itemType: { preset: 'PHYSICAL' } }],
    channelInfo: { type: 'WEB' },
    priceSummary: { total: { amount: total } },
    currency: 'USD',
    status: 'APPROVED',
    ...changes,
  };
}

/** A payment of an amount, by card or as `details` say. */
export function payment(amount, details = {}) {
  return { amount: { amount }, regularPaymentDetails: { paymentMethod: 'CreditCard', status: 'APPROVED', ...details } };
}

/** A new site: its client, what it holds at first, and the routes that only this server has. */
export class Site {
  constructor(server, options) {
    this.server = server;
    this.id = randomUUID();
    this.client = clientOf(server, { siteId: this.id, ...options });
    Object.assign(this, this.client);
  }

  /** Another client of the same site. */
  as(member) {
    return clientOf(this.server, { siteId: this.id, member });
  }

  async send(method, path, body) {
    const headers = { 'wix-site-id': this.id, 'content-type': 'application/json' };
    const response = await fetch(this.server + path, { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    assert.equal(response.status, 200, `${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async load(documents) {
    const answer = await this.send('POST', `/_orderquery/load?site=${this.id}`, documents);
    assert.deepEqual([answer.skipped, answer.problems], [0, []]);
  }

  async loadPlans(...plans) {
    const answer = await this.send('POST', `/_orderquery/load?kind=plans&site=${this.id}`, plans);
    assert.equal(answer.plans, plans.length);
  }

  /** Set, advance, freeze or run the clock. */
  async clock(change) {
    return this.send('POST', '/_orderquery/clock', change);
  }

  /** The events after a sequence number, each with its envelope. */
  async events(after = 0) {
    const { events } = await this.send('GET', `/_orderquery/events?after=${after}&limit=500&envelopes=true`);
    return events;
  }

  /** The slugs of every event, in their order. */
  async slugs(after = 0) {
    return (await this.events(after)).map(({ event }) => event.slug);
  }

  /** The ids that a filter finds now. */
  async find(filter) {
    return found(this.client, { filter });
  }
}

export async function openSite({ server = writable, orders = [], plans = [], clock, ...options } = {}) {
  const site = new Site(server, options);
  if (orders.length) await site.load(orders);
  if (plans.length) await site.loadPlans(...plans);
  if (clock) await site.clock({ set: clock });
  return site;
}

/** The error of an operation that the emulator does not support, and what it names instead. */
export async function unsupported(site, call, nearest) {
  const { details } = await refusal(site.client, call, 501);
  assert.equal(details.applicationError.code, 'UNSUPPORTED');
  assert.equal(details.applicationError.data.nearest, nearest);
  assert.match(details.applicationError.description, /is not supported by this emulator; nearest: /);
}

/** A call that the SDK itself refuses, before anything is sent. */
export async function notSent(site, call, type) {
  const before = site.exchanges.length;
  const error = await thrown(call);
  assert.ok(error instanceof type, error.stack);
  assert.equal(site.exchanges.length, before);
}

/** The last answer was 200 with a JSON object, which the SDK needs, and `{}` where a method has no result. */
export function answeredEmpty(site, result) {
  assert.equal(result, undefined);
  assert.equal(site.exchanges.at(-1).status, 200);
  assert.deepEqual(site.exchanges.at(-1).answer, {});
}

/** Field and rule of every violation of a refused call. */
export async function fields(site, call) {
  return (await violations(site, call)).map(({ field, violatedRule }) => [field, violatedRule]);
}

/** The counts of a bulk answer. */
export function sameCounts(answer, totalSuccesses, totalFailures) {
  assert.deepEqual(answer.bulkActionMetadata, { totalSuccesses, totalFailures, undetailedFailures: 0 });
}
