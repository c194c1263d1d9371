// Every call of the SDK that was recorded, made again: it sends what was recorded, and the answer is right.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { ORDER_CALLS } from './recorded_orders.mjs';
import { PAYMENT_CALLS } from './recorded_payments.mjs';
import { PLAN_CALLS } from './recorded_plans.mjs';
import { writable, writableStrict } from './shop.mjs';
import { openSite } from './sites.mjs';

const recorded = JSON.parse(readFileSync(new URL('recorded_calls.json', import.meta.url)));
const calls = { ...ORDER_CALLS, ...PAYMENT_CALLS, ...PLAN_CALLS };

function sentQuery(search) {
  const query = {};
  for (const [name, value] of new URLSearchParams(search)) (query[name] ??= []).push(value);
  return query;
}

test('every recorded call is made again', () => {
  assert.deepEqual(Object.keys(calls).sort(), recorded.map(({ call }) => call).sort());
  console.log(`${recorded.length} recorded calls`);
});

for (const { call, method, path, query = {}, body } of recorded) {
  const { run, ignores, ...holds } = calls[call];
  // A strict server refuses the calls that send what is ignored.
  const servers = ignores ? { writable } : { writable, writableStrict };
  for (const [name, server] of Object.entries(servers)) {
    test(`${call}, ${name}`, async () => {
      const site = await openSite({ server, ...holds });
      await run(site);
      if (method === undefined) return;
      const [sent] = site.exchanges;
      assert.deepEqual([sent.method, sent.pathname, sent.body ?? undefined], [method, path, body]);
      assert.deepEqual(sentQuery(sent.search), query);
    });
  }
}
