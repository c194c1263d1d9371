import { orders } from "@wix/ecom";

const title = "\u{1F4E6} delivery — 𝒳";
export const 数量 = () => orders.searchOrders({ filter: { "shippingInfo.title": title, "buyerInfo.email": "zoë@example.com" } });
export const ß = (é) => orders.searchOrders({ filter: { "shippingInfo.region.name": `🎁 ${é}` } });
