import axios from "axios";

const config = (data) => ({ data });

export const run = (name) =>
  axios.request({
    baseURL: "https://www.wixapis.com/",
    url: "ecom/v1/orders/search",
    method: "POST",
    data: { search: { filter: { "billingInfo.contactDetails.fullName": { $startsWith: name } } } },
    ...config,
  });
