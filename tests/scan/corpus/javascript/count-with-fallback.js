import { wixClient } from "./wix.js";

export async function counts() {
  const answer = await wixClient.orders.searchOrders({ filter: {}, cursorPaging: { limit: 100 } });
  const list = (answer.orders || []).sort((a, b) => new Date(b._createdDate || 0) - new Date(a._createdDate || 0));
  return { list, total: answer.totalCount || list.length || 0, newest: list[0]?.createdDate };
}
