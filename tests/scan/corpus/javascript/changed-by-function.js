import { orders } from "@wix/ecom";
import { addRange } from "./range.js";

export async function search(range) {
  const filter = { status: "APPROVED" };
  addRange(filter, range);
  const search = { filter };
  delete search.sort;
  await orders.searchOrders(search);
}
