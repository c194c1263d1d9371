const axios = require("axios");

exports.paid = (headers, from) =>
  axios.post(
    "https://www.wixapis.com/stores/v2/orders/query",
    {
      query: {
        filter: JSON.stringify({ paymentStatus: "PAID", dateCreated: { $gte: from } }),
        sort: JSON.stringify([{ number: "desc" }]),
        paging: { limit: 100, offset: 0 },
      },
    },
    { headers },
  );
