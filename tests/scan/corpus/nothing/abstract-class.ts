export abstract class Orders {
  abstract searchOrders(search: object): Promise<object>;

  first(): Promise<object> {
    return this.searchOrders({ cursorPaging: { limit: 1000 } });
  }
}
