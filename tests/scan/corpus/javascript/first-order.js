import { orders } from "@wix/ecom";

export async function idOf(number) {
  const answer = await orders.searchOrders({ filter: { number } });
  const [first] = answer.orders;
  return answer.orders[0]?.id ?? first.lineItems[0]._id;
}
