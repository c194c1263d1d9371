const { orders } = require("@wix/ecom");
const ecom = require("@wix/ecom");

module.exports.byNumber = (number) => orders.searchOrders({ filter: { number } });
module.exports.bare = () => ecom.orders.searchOrders();
