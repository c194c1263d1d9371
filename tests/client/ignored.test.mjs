// Keys that the service ignores: the same answer, with a warning; refused by a strict server.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientOf, Filter, found, idsOf, lenient, refusal, SearchBuilder, strict, visible, warningsOf } from './shop.mjs';

const newestFirst = idsOf(visible.toSorted((a, b) => Date.parse(b.createdDate) - Date.parse(a.createdDate)));
const paid = idsOf(visible.filter((order) => order.paymentStatus === 'PAID')).toSorted();

const paidOnly = () => SearchBuilder().withFilter(Filter('paymentStatus').eq('PAID'));

/** A name, the argument of searchOrders, the one warning, how many orders match what is left of it, and whether it has a certain fix. */
const cases = [
  [
    'the argument of an older SDK, which wrapped it itself',
    () => ({ search: { filter: { paymentStatus: 'PAID' } } }),
    'ignored-key /search/search',
    newestFirst.length,
  ],
  [
    'the paging of SearchBuilder, which is of another request',
    () => paidOnly().withPaging({ limit: 3 }).build(),
    'ignored-key /search/paging',
    paid.length,
  ],
  [
    'a limit beside the filter',
    () => ({ filter: { paymentStatus: 'PAID' }, limit: 3 }),
    'ignored-key /search/limit',
    paid.length,
  ],
  ['a time zone', () => paidOnly().withTimeZone('Europe/Berlin').build(), 'ignored-key /search/timeZone', paid.length, false],
];

for (const [name, argument, warning, matching, certain = true] of cases) {
  test(`${name}: ignored, with a warning`, async () => {
    const client = clientOf(lenient);
    const page = await client.orders.searchOrders(argument());
    assert.equal(page.metadata.count, Math.min(100, matching));
    if (matching === newestFirst.length) assert.deepEqual(idsOf(page.orders), newestFirst.slice(0, 100));
    assert.equal(warningsOf(client), warning);
  });

  test(`${name}: refused, with the request that was meant`, async () => {
    const client = clientOf(strict);
    const error = await refusal(client, client.orders.searchOrders(argument()), 400);
    const { fieldViolations } = error.details.validationError;
    assert.deepEqual(
      fieldViolations.map(({ field, violatedRule, data }) => [field, violatedRule, `${data.code} ${data.pointer}`]),
      [[warning.split('/').slice(1).join('.'), 'FIELD_NOT_ALLOWED', warning]],
    );
    // The SDK makes details of its own and keeps of ours what it knows; the answer itself hangs on the error too.
    assert.deepEqual(Object.keys(error.details).sort(), ['requestId', 'validationError']);
    const { corrected } = error.response.data.details;
    assert.deepEqual(corrected, client.exchanges.at(-1).answer.details.corrected);
    if (!certain) {
      assert.equal(corrected, undefined);
      return;
    }
    assert.deepEqual((await found(client, corrected.search)).sort(), paid);
  });
}
