type Json = Record<string, unknown>;

async function wixRequest<T>(path: string, init: { method: string; body?: Json }): Promise<T> {
  const response = await fetch(`https://www.wixapis.com${path}`, { method: init.method, body: JSON.stringify(init.body) });
  return (await response.json()) as T;
}

export const search = (filter: Json) =>
  wixRequest<{ orders: Json[] }>("/ecom/v1/orders/search", { method: "POST", body: { search: { filter, fieldsets: ["FULL"] } } });
