import { createClient, ApiKeyStrategy } from "@wix/sdk";
import { orders } from "@wix/ecom";

export class OrderService {
  constructor(apiKey, siteId) {
    this.wix = createClient({ auth: ApiKeyStrategy({ apiKey, siteId }), modules: { orders } });
  }

  async byTotal(least) {
    const { orders: found } = await this.wix.orders.searchOrders({
      filter: { "priceSummary.total.amount": { $gte: least } },
    });
    return found;
  }
}
