import { orders } from "@wix/ecom";

const defaults = { sort: [{ fieldName: "number", order: "ASC" }] };

export const search = (filter) => orders.searchOrders(Object.assign({}, defaults, { filter }, { cursorPaging: { limit: 50 } }));
