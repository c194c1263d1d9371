import { fetch as wixFetch } from "wix-fetch";

export function byContact(contactId) {
  return wixFetch("https://www.wixapis.com/ecom/v1/orders/search", {
    method: "post",
    body: JSON.stringify({ search: { filter: { "buyerInfo.contactId": { $eq: contactId } } } }),
  }).then((response) => response.json());
}
