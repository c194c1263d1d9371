export function fail(status) {
  throw new Error(`POST https://www.wixapis.com/ecom/v1/orders/search failed: ${status}`);
}
