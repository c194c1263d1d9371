import { useWixClient } from "./client.js";

export function useUserOrders(userContactId) {
  const wixClient = useWixClient();
  return wixClient.orders.searchOrders({ cursorPaging: { limit: 20 } });
}
