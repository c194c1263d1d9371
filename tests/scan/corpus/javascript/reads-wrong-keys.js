const url = "https://www.wixapis.com/ecom/v1/orders/search";

export const summary = (headers) =>
  fetch(url, { method: "POST", headers, body: JSON.stringify({ search: {} }) })
    .then((response) => response.json())
    .then(({ orders, pagingMetadata, totalCount }) => ({
      ids: orders.map((order) => order._id),
      created: orders.map(({ _createdDate }) => _createdDate),
      totalCount,
      pagingMetadata,
    }));
