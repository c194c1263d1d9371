export class Repository {
  searchOrders(search) {
    return this.rows.filter((row) => row.includes(search));
  }

  run() {
    return this.searchOrders({ filter: { state: 1 } });
  }
}
