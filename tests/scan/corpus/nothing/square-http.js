export const run = () =>
  fetch("https://connect.squareup.com/v2/orders/search", { method: "POST", body: JSON.stringify({ query: { filter: {} } }) });
