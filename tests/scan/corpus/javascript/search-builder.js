import { orders } from "@wix/ecom";

const { SearchBuilder, Filter, Sort } = orders.utils.search;

export const paid = (from) =>
  orders.searchOrders(
    SearchBuilder()
      .withFilter(Filter.and(Filter("paymentStatus").eq("PAID"), Filter("_createdDate").gte(from)))
      .withSorting(Sort("_createdDate").desc())
      .withPaging({ limit: 20 })
      .build(),
  );
