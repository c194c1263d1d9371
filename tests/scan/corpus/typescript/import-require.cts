import ecom = require("@wix/ecom");

export = async (limit: number) => (await ecom.orders.searchOrders({ cursorPaging: { limit } })).orders;
