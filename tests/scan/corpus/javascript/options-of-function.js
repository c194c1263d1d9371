const URL_OF_SEARCH = "https://www.wixapis.com/ecom/v1/orders/search";
const post = (body, token) => ({ method: "POST", headers: { Authorization: token }, body: JSON.stringify(body) });

function request(filter) {
  return { method: "POST", body: JSON.stringify({ search: { filter, sorts: [] } }) };
}

export const some = (filter) => fetch(URL_OF_SEARCH, request(filter));
export const signed = (token) => fetch(URL_OF_SEARCH, withAuth({ method: "POST", body: JSON.stringify({ search: {} }) }, token));
export { post };
