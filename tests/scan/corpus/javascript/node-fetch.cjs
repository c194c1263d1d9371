const nodeFetch = require("node-fetch");

module.exports = async (ids) => {
  const body = { search: {} };
  body.search.filter = { id: { $in: ids } };
  body.search.cursorPaging = { limit: ids.length };
  const res = await nodeFetch("https://www.wixapis.com/ecom/v1/orders/search", { method: "POST", body: JSON.stringify(body) });
  return (await res.json()).orders.map((order) => order._id);
};
