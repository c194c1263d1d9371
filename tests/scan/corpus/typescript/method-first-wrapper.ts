import { api } from "./api";

export const search = () =>
  api.call("POST", "/ecom/v1/orders/search", { search: { filter: { "priceSummary.total.amount": { $in: ["5", "10"] } } } });
