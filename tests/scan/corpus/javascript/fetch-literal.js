export async function approved(token) {
  const response = await fetch("https://www.wixapis.com/ecom/v1/orders/search", {
    method: "POST",
    headers: { Authorization: token, "Content-Type": "application/json" },
    body: JSON.stringify({ search: { filter: { status: "APPROVED" }, cursorPaging: { limit: 100 } } }),
  });
  const { orders } = await response.json();
  return orders;
}
