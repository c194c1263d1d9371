$.ajax({
  url: "https://www.wixapis.com/ecom/v1/orders/search",
  type: "POST",
  contentType: "application/json",
  data: JSON.stringify({ search: { filter: { "buyerInfo.email": $("#email").val() } } }),
});
