const request = require("request-promise");

module.exports = (from) =>
  request({
    method: "POST",
    uri: "https://www.wixapis.com/ecom/v1/orders/search",
    json: true,
    body: { search: { filter: { createdDate: { $gte: from, $lte: "2024-12-31" } } } },
  });
