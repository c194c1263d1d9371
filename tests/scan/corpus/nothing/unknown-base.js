export const run = (base) => fetch(`${base}/orders/search`, { method: "POST", body: JSON.stringify({ filter: {} }) });
