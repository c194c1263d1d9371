export const Help = () => (
  <p title="orders.searchOrders({})">
    Call orders.searchOrders({"{ filter }"}) or POST https://www.wixapis.com/ecom/v1/orders/search
  </p>
);
