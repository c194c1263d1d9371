import { createClient, type WixClient } from "@wix/sdk";
import { orders } from "@wix/ecom";

export class Shop {
  private readonly client = createClient({ modules: { orders } });

  public async canceled(cursor?: string) {
    const { orders: found, metadata } = await this.client.orders.searchOrders({
      filter: { status: "CANCELED" },
      cursorPaging: { cursor, limit: 50 },
    });
    return { found, next: metadata?.cursors?.next };
  }
}
