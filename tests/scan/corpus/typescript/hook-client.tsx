import { useMemo } from "react";
import { createClient } from "@wix/sdk";
import { orders } from "@wix/ecom";

export function Orders({ email }: { email: string }) {
  const wix = useMemo(() => createClient({ modules: { orders } }), []);
  const load = async () => {
    const answer = await wix.orders.searchOrders({ filter: { "buyerInfo.email": email } });
    return answer.orders.map((order) => <li key={order._id}>{order.number}</li>);
  };
  return <button onClick={load}>Load</button>;
}
