import axios from "axios";

export async function all(headers) {
  const found = [];
  let page = 0;
  for (;;) {
    const { data } = await axios.post(
      "https://www.wixapis.com/ecom/v1/orders/search",
      { search: { paging: { limit: 100, offset: page * 100 } } },
      { headers },
    );
    if (!data.orders.length) break;
    found.push(...data.orders);
    page++;
  }
  return found;
}
