async function callWix(path, body) {
  const response = await fetch(`https://www.wixapis.com${path}`, { method: "POST", body: JSON.stringify(body) });
  return response.json();
}

export const unpaid = () => callWix("/ecom/v1/orders/search", { query: { filter: { paymentStatus: "NOT_PAID" } } });
