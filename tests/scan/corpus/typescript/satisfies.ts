import { orders } from "@wix/ecom";

const SEARCH = {
  filter: { paymentStatus: { $in: ["PAID", "PARTIALLY_PAID"] } },
  sort: [{ fieldName: "_createdDate", order: "DESC" }],
} as const satisfies Record<string, unknown>;

export const run = () => orders.searchOrders(SEARCH!);
