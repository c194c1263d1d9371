const PATH = /\/ecom\/v1\/orders\/search$/;
export const isSearch = (request) => PATH.test(request.url) || request.url.endsWith("/ecom/v1/orders/search");
