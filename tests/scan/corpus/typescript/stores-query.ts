interface Query {
  filter?: string;
  sort?: string;
}

export async function old(status: string) {
  const query: Query = { filter: JSON.stringify({ fulfillmentStatus: status }), sort: JSON.stringify({ dateCreated: "desc" }) };
  return fetch("https://www.wixapis.com/stores/v2/orders/query", { method: "POST", body: JSON.stringify({ query }) });
}
