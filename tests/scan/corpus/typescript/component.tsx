import { useWixClient } from "@/hooks/useWixClient";

export const Count = () => {
  const wixClient = useWixClient();
  return (
    <button
      onClick={async () => {
        const res = await wixClient.orders.searchOrders({ search: { cursorPaging: { limit: 100 } } });
        alert(res.totalCount);
      }}
    >
      Count
    </button>
  );
};
