export interface OrdersApi {
  searchOrders(search: { filter: { paymentstatus: string } }): Promise<void>;
}
export type Search = OrdersApi["searchOrders"];
