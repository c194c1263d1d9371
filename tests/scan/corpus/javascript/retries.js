import { orders } from "@wix/ecom";

export async function search(query) {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await orders.searchOrders({ filter: query, cursorPaging: { limit: 10 } });
    } catch (error) {
      if (attempt === 2) throw error;
    }
  }
}
