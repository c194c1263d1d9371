const request = new Request("https://www.wixapis.com/ecom/v1/orders/search", { method: "POST" });

export const send = (status) =>
  fetch(
    new Request("https://www.wixapis.com/ecom/v1/orders/search", {
      method: "POST",
      body: JSON.stringify({ search: { filter: { status } } }),
    }),
  );
export { request };
