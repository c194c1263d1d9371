import { searchOrders } from "@wix/auto_sdk_ecom_orders";
import * as raw from "@wix/auto_sdk_ecom_orders";

await searchOrders({ filter: { status: "APPROVED" } });
await raw.searchOrders({ filter: { status: "CANCELED" } });
