const HOST = process.env.WIX_HOST || "https://www.wixapis.com";
const PATH = "/ecom/v1/orders" + "/search";

export async function query(filter) {
  const body = { search: { filter } };
  return fetch(HOST + PATH, { method: "POST", body: JSON.stringify(body) });
}
