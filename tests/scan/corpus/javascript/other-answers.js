import { orders } from "@wix/ecom";
import { items } from "@wix/data";

export async function stored(paid) {
  let answer = await orders.searchOrders({ filter: { paymentStatus: "PAID" } });
  console.log(answer.results, paid);
  answer = await items.query("Notes").find();
  return answer.items;
}

export async function chosen(fromOrders) {
  let answer;
  if (fromOrders) answer = await items.query("Notes").find();
  else answer = await orders.searchOrders({ filter: { paymentStatus: "PAID" } });
  return answer.items;
}

export async function replaced(names) {
  let answer = await orders.searchOrders({ filter: { paymentStatus: "PAID" } });
  for (const name of names) {
    console.log(answer.items);
    answer = await items.query(name).find();
  }
}

export async function repeated() {
  let page = await orders.searchOrders({ filter: { paymentStatus: "PAID" } });
  while (page.metadata.hasNext) {
    console.log(page.items);
    page = await orders.searchOrders({ cursorPaging: { cursor: page.metadata.cursors.next } });
  }
  return page.total;
}

export async function decoded(body) {
  const url = "https://www.wixapis.com/ecom/v1/orders/search";
  let answer = await fetch(url, { method: "POST", body: JSON.stringify({ search: { filter: { paymentStatus: "PAID" } } }) });
  answer = await answer.json();
  console.log(answer.items);
  answer = await fetch("https://example.com/notes");
  return (await answer.json()).items;
}
