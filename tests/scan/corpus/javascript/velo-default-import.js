import wixEcomBackend from "wix-ecom-backend";

export const read = (ids) => wixEcomBackend.orders.searchOrders({ filter: { _id: { $in: ids } } });
