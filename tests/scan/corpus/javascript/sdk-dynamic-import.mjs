export async function count() {
  const { orders } = await import("@wix/ecom");
  const { metadata } = await orders.searchOrders({ cursorPaging: { limit: 1 } });
  return metadata.count;
}
