async function searchOrders(query) {
  return db.orders.find({ filter: query });
}

export const run = () => searchOrders({ filter: { status: "APPROVED" } });
