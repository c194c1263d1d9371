import superagent from "superagent";

export const find = (number) =>
  superagent
    .post("https://www.wixapis.com/ecom/v1/orders/search")
    .set("Authorization", "key")
    .send({ search: { filter: { number: { $eq: number } }, sort: ["number"] } });
