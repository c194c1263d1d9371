const axios = require("axios");

exports.search = (token, filter) =>
  axios({
    method: "post",
    url: "https://www.wixapis.com/ecom/v1/orders/search",
    headers: { Authorization: token },
    data: { search: { filter: { ...filter, archived: false } } },
  });
