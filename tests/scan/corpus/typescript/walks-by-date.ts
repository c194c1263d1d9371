import { orders } from "@wix/ecom";

export async function all(): Promise<orders.Order[]> {
  const found: orders.Order[] = [];
  let last = "2020-01-01T00:00:00.000Z";
  while (true) {
    const { orders: page } = await orders.searchOrders({
      filter: { _createdDate: { $gt: last } },
      sort: [{ fieldName: "_createdDate", order: "ASC" }],
    });
    if (page.length === 0) break;
    found.push(...page);
    last = page[page.length - 1]._createdDate.toISOString();
  }
  return found;
}
