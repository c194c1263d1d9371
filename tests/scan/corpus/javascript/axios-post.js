import axios from "axios";

export async function search(headers) {
  const { data } = await axios.post(
    "https://www.wixapis.com/ecom/v1/orders/search",
    { search: { filter: { createdDate: { $gte: "2024-01-01", $lt: "2024-02-01T00:00:00Z" } } } },
    { headers },
  );
  return { found: data.orders, total: data.metadata.total };
}
