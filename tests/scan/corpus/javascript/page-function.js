async function fetchPage(cursor) {
  const response = await fetch("https://www.wixapis.com/ecom/v1/orders/search", {
    method: "POST",
    body: JSON.stringify({ search: { cursorPaging: { cursor } } }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

export async function all() {
  const found = [];
  let cursor = "";
  do {
    const page = await fetchPage(cursor);
    found.push(...page.orders);
    cursor = page.pagingMetadata?.cursors?.next;
  } while (cursor);
  return found;
}
