@Injectable({ providedIn: "root" })
export class OrderStore {
  constructor(private orders: OrdersService) {}

  load(text: string) {
    return this.orders.searchOrders({ filter: { text } }).subscribe();
  }
}
