const endpoints = { search: "https://www.wixapis.com/ecom/v1/orders/search" };

export async function page(cursor) {
  const payload = JSON.stringify({ search: { cursorPaging: { cursor, limit: 100 } } });
  const res = await fetch(endpoints.search, { method: "POST", body: payload });
  return res.json();
}
