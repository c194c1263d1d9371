import { orders } from "@wix/ecom";

const firstPage = async () => orders.searchOrders({ cursorPaging: { limit: 100 } });

async function fetchPage(cursor) {
  return orders.searchOrders({ cursorPaging: { limit: 100, cursor } });
}

const byStatus = async (status) => (await orders.searchOrders({ filter: { status } })).orders;

export async function endless() {
  const found = [];
  let page;
  do {
    page = await firstPage();
    found.push(...page.orders);
  } while (page.metadata.hasNext);
  return found;
}

export async function byLength() {
  const found = [];
  let cursor, page;
  do {
    page = await fetchPage(cursor);
    found.push(...page.orders);
    cursor = page.metadata.cursors.next;
  } while (page.orders.length === 100);
  return found;
}

export async function right() {
  const found = [];
  let cursor;
  do {
    const page = await fetchPage(cursor);
    found.push(...page.orders);
    cursor = page.metadata.cursors.next;
  } while (cursor);
  return found;
}

export async function each(statuses) {
  const found = [];
  let index = 0;
  while (index < statuses.length) found.push(...(await byStatus(statuses[index++])));
  return found;
}
