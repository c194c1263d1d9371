import { orders } from "@wix/ecom";

export const search = (options = {}) =>
  orders.searchOrders({
    filter: {
      ...(options.paid && { paymentStatus: "PAYED" }),
      ...(options.channel ? { "channelInfo.type": options.channel } : {}),
      archived: options.archived ?? false,
    },
  });
