import got from "got";

const answer = await got
  .post("https://www.wixapis.com/ecom/v1/orders/search", { json: { search: { sort: [{ fieldName: "number", order: "desc" }] } } })
  .json();
console.log(answer.orders.length, answer.nextCursor);
