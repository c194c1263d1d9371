// What every test here needs: the published client, pointed at a server of ours, and the orders in the server.
// test_real_client.py starts the servers and puts their URLs into the environment.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';

import { ApiKeyStrategy, createClient } from '@wix/sdk';
import { orders as ordersModule, orderTransactions as transactionsModule } from '@wix/ecom';
import { orders as plansModule } from '@wix/pricing-plans';

const SERVICE = 'https://www.wixapis.com';
const SDK_NAMES = { _id: 'id', _createdDate: 'createdDate', _updatedDate: 'updatedDate' };

const PACKAGES = [
  'sdk', 'sdk-runtime', 'ecom', 'auto_sdk_ecom_orders', 'auto_sdk_ecom_order-transactions', 'pricing-plans',
  'auto_sdk_pricing-plans_orders',
];

for (const name of PACKAGES) {
  const installed = readFileSync(new URL(`node_modules/@wix/${name}/package.json`, import.meta.url));
  console.log(`@wix/${name} ${JSON.parse(installed).version}`);
}

// -- the servers, and what they hold ------------------------------------------------------------------------------

export const servers = JSON.parse(readFileSync(process.env.ORDERQUERY_CLIENT_TESTS));
const { known, calls } = servers;

export const { lenient, strict, twoSites, writable, writableStrict, apiKey } = servers;
export const UNKNOWN_ID = '00000000-0000-4000-8000-00000000dead';

/** Every order of the one shop, as it was loaded, under REST names. */
export const orders = known.orders.map(inRestNames);

/** Those that a search may return. */
export const visible = orders.filter((order) => order.status !== 'INITIALIZED');

/** The transactions records, by order id. */
export const transactions = new Map(known.transactions.map((record) => [record.orderId, record]));

/** The orders of the two sites, by site. */
export const ordersOfSite = new Map(Object.entries(known.sites));

function inRestNames(part) {
  if (Array.isArray(part)) return part.map(inRestNames);
  if (part === null || typeof part !== 'object') return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [SDK_NAMES[key] ?? key, inRestNames(value)]));
}

/** The value at a dotted path; undefined where there is none. */
export function at(order, path) {
  return path.split('.').reduce((part, step) => part?.[step], order) ?? undefined;
}

/** Every value at a dotted path that crosses the line items. */
export function ofLineItems(order, path) {
  return order.lineItems.map((item) => at(item, path)).filter((value) => value !== undefined);
}

// -- the client ---------------------------------------------------------------------------------------------------

/** The builders of the module itself: the copy on a client cannot be called. */
export const { Filter, SearchBuilder, Sort } = ordersModule.utils.search;

const called = new Map();

// test_real_client.py adds the counts of every suite.
process.on('exit', () => {
  const counts = Object.fromEntries([...called].sort());
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(`${total} calls of ${called.size} methods`);
  appendFileSync(calls, `${JSON.stringify(counts)}\n`);
});

/** A module of a client that counts the calls of its methods. */
function counted(name, module) {
  return new Proxy(module, {
    get(methods, key) {
      const method = methods[key];
      if (typeof method !== 'function') return method;
      return (...args) => {
        called.set(`${name}.${key}`, (called.get(`${name}.${key}`) ?? 0) + 1);
        return method(...args);
      };
    },
  });
}

/**
 * A client of the SDK whose requests go to `server`; `exchanges` are the requests and answers as they went by.
 * `spoil` may change the text of a body on its way, `member` is the caller of the members' own calls.
 */
export function clientOf(server, { key = apiKey, siteId = 'a-site', member, spoil = (body) => body } = {}) {
  const exchanges = [];
  const client = createClient({
    auth: ApiKeyStrategy({ apiKey: key, siteId }),
    modules: { orders: ordersModule, orderTransactions: transactionsModule, plans: plansModule },
    fetch: async (address, init) => {
      const { origin, pathname, search } = new URL(address);
      assert.equal(origin, SERVICE);
      const sent = { ...init, ...(init.body && { body: spoil(init.body) }) };
      if (member) sent.headers = { ...init.headers, 'x-orderquery-member': member };
      const response = await fetch(server + pathname + search, sent);
      const { status, headers } = response;
      const answer = await response.clone().json();
      const body = init.body && JSON.parse(init.body);
      exchanges.push({ method: init.method, pathname, search, body, status, headers, answer });
      return response;
    },
  });
  const { orders, orderTransactions, plans } = client;
  return {
    orders: counted('orders', orders),
    transactions: counted('orderTransactions', orderTransactions),
    plans: counted('plans', plans),
    exchanges,
  };
}

/** What the server had to say about the last request, though it answered. */
export function warningsOf({ exchanges }) {
  return exchanges.at(-1).headers.get('x-orderquery-warnings');
}

/** The pages of a search from the first to the last, in the answers' own words. */
export async function walk(client, search) {
  const pages = [await client.orders.searchOrders(search)];
  while (pages.at(-1).metadata.hasNext) {
    assert.ok(pages.length < 1000, 'a walk without end');
    const cursor = pages.at(-1).metadata.cursors.next;
    pages.push(await client.orders.searchOrders({ cursorPaging: { cursor } }));
  }
  return pages;
}

export function idsOf(found) {
  return found.map((order) => order._id ?? order.id);
}

/** The ids of every order that a search finds, in its order, each page after the other. */
export async function found(client, search) {
  return (await walk(client, search)).flatMap((page) => idsOf(page.orders));
}

/** The error that a call of the SDK throws. */
export async function thrown(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return assert.fail('the call was answered');
}

/** The error of a refused call, after what every one of them has to be. */
export async function refusal(client, call, status) {
  const error = await thrown(call);
  const answered = client.exchanges.at(-1);
  assert.ok(error instanceof Error);
  assert.equal(error.constructor.name, 'SDKError', error.stack);
  assert.equal(answered.status, status);
  assert.equal(error.status, status);
  assert.match(error.requestId, /^[0-9a-f-]{36}$/);
  assert.equal(error.requestId, answered.headers.get('x-wix-request-id'));
  assert.equal(error.details.requestId, error.requestId);
  assert.deepEqual(JSON.parse(error.message).details, error.details);
  return error;
}

/** The application error of a refused call. */
export async function applicationError(client, call, status, code) {
  const { details } = await refusal(client, call, status);
  assert.deepEqual(Object.keys(details).sort(), ['applicationError', 'requestId']);
  assert.equal(details.applicationError.code, code);
  assert.ok(details.applicationError.description);
  return details.applicationError;
}

/** The field violations of a refused call. */
export async function violations(client, call) {
  const { details } = await refusal(client, call, 400);
  assert.deepEqual(Object.keys(details).sort(), ['requestId', 'validationError']);
  const { fieldViolations } = details.validationError;
  for (const { field, description } of fieldViolations) assert.ok(field && description);
  return fieldViolations;
}
