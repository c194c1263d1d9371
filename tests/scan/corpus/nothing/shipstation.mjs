const api = axios.create({ baseURL: "https://ssapi.shipstation.com" });
export const run = () => api.post("/orders/search", { filter: { orderStatus: "shipped" } });
