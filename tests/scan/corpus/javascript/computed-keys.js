import { orders } from "@wix/ecom";

const EMAIL = "buyerInfo.email";
const OPERATOR = "$startsWith";

export const find = (field, value, prefix) =>
  orders.searchOrders({ filter: { [field]: value, [EMAIL]: { [OPERATOR]: `${prefix}@` } } });
