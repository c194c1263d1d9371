import axios from "axios";

const api = axios.create({ baseURL: "https://www.wixapis.com/ecom/v1", headers: { "wix-site-id": "site" } });

export const bySku = async (sku) => {
  const response = await api.post("/orders/search", { search: { filter: { "lineItems.physicalProperties.sku": sku } } });
  return response.data.orders;
};
