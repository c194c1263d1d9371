// Answers of several calls, answers that the code adds keys to, and variables in the head of a loop.
import { orders } from "@wix/ecom";
import { contacts } from "@wix/crm";

export async function together() {
  const [, found, people] = await Promise.all([
    contacts.queryContacts().find(),
    orders.searchOrders({}),
    contacts.queryContacts().find(),
  ]);
  return [found.items, people.items];
}

export async function byIndex() {
  const all = await Promise.all([orders.searchOrders({}), contacts.queryContacts().find()]);
  return [all[0].totalCount, all[1].totalCount];
}

export const byThen = () =>
  Promise.all([contacts.queryContacts().find(), orders.searchOrders({})]).then(([people, found]) => [people.items, found.items]);

export async function withTotal() {
  const page = await orders.searchOrders({});
  page.total = page.orders.length;
  Object.assign(page, { items: page.orders });
  return [page.total, page.items, page.results];
}

export async function inTheHead() {
  for (let cursor, more = true; more; ) {
    const page = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });
    cursor = page.metadata.cursors.next;
    more = page.metadata.hasNext;
  }
}

export async function newInEachRound() {
  for (let more = true; more; ) {
    let cursor;
    const page = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });
    cursor = page.metadata.cursors.next;
    more = page.metadata.hasNext;
  }
}
