const orders = {
  searchOrders(search) {
    return search;
  },
};

orders.searchOrders({ paging: { limit: 5 } });
