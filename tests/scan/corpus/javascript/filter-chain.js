import { orders } from "@wix/ecom";

const { Filter } = orders.utils.search;
const numbers = Filter("number").gt("10100").lt("10300");

export const some = () => orders.searchOrders({ filter: numbers.filter });
export const other = () => orders.searchOrders({ filter: Filter.not(Filter("status").in(["CANCELED"])).filter, sort: [] });
