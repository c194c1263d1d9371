const search = (text) => fetch(`/api/orders/search?text=${text}`);
export const post = (filter) => fetch("/api/v1/orders/search", { method: "POST", body: JSON.stringify({ filter }) });
export { search };
