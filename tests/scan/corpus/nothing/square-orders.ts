import { SquareClient } from "square";

const client = new SquareClient();
export const run = async () => client.orders.searchOrders({ locationIds: ["L1"], cursor: "c", limit: 500 });
