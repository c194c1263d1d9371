declare module "shop" {
  export function searchOrders(search: { filter?: object; paging?: object }): Promise<unknown>;
  export const SEARCH: "https://www.wixapis.com/ecom/v1/orders/search";
}
