const WIX_URL: string = "https://www.wixapis.com/ecom/v1/orders/search";

Deno.serve(async (request) => {
  const { email } = await request.json();
  const answer = await fetch(WIX_URL, {
    method: "POST",
    body: JSON.stringify({ search: { filter: { "buyerInfo.email": { $regex: email } } } }),
  });
  return new Response(await answer.text());
});
