function wixPost(path: string, body: object) {
  return UrlFetchApp.fetch("https://www.wixapis.com" + path, { method: "post", payload: JSON.stringify(body) });
}

function newestOrders(limit?: number) {
  const body = { search: { cursorPaging: { limit: limit || 100 }, sort: [{ fieldName: "createdDate", order: "DESC" }] } };
  return wixPost("/ecom/v1/orders/search", body);
}
