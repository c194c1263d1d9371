import { orders } from "@wix/ecom";

type Query = { from?: Date; to?: Date; archived?: boolean };

export function build(query: Query) {
  const filter: Record<string, unknown> = { archived: query.archived ?? false };
  if (query.from || query.to) {
    filter._createdDate = {
      ...(query.from ? { $gte: query.from } : {}),
      ...(query.to ? { $lt: query.to } : {}),
    };
  }
  return { filter, sort: [{ fieldName: "_createdDate", order: "DESC" as const }] };
}

export const run = (query: Query) => orders.searchOrders(build(query));
