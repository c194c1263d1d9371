import { orders } from "@wix/ecom";

export function find(id: string): Promise<unknown>;
export function find(ids: string[]): Promise<unknown>;
export function find(value: string | string[]): Promise<unknown> {
  return orders.searchOrders({ filter: Array.isArray(value) ? { _id: { $in: value } } : { _id: value } });
}
