const { orders } = useCommerce();

export const run = () => orders.searchOrders({ filter: { status: "X" } });
