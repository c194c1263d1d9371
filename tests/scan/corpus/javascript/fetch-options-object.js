const url = new URL("/ecom/v1/orders/search", "https://www.wixapis.com");

export async function find(number) {
  const options = { method: "POST", headers: {} };
  options.headers.Authorization = "key";
  options.body = JSON.stringify({ search: { filter: { number: { $eq: number } } } });
  return fetch(url, options);
}
