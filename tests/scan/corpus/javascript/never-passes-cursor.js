const URL_ = "https://www.wixapis.com/ecom/v1/orders/search";

export async function all(headers) {
  const found = [];
  let more = true;
  while (more) {
    const response = await fetch(URL_, { method: "POST", headers, body: JSON.stringify({ search: { cursorPaging: { limit: 100 } } }) });
    const data = await response.json();
    found.push(...data.orders);
    more = data.metadata.hasNext;
  }
  return found;
}
