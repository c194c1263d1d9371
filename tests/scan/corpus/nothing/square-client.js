import { Client } from "square";

const client = new Client({ accessToken: process.env.SQUARE_TOKEN });

export const run = (locationIds) => client.ordersApi.searchOrders({ locationIds, query: { filter: {} } });
