import axios = require("axios");

export const run = () =>
  axios.default.post("https://www.wixapis.com/ecom/v1/orders/search", { search: { filter: JSON.stringify({ status: "APPROVED" }) } });
