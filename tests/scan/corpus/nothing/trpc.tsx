export function List() {
  const result = trpc.orders.searchOrders.useQuery({ filter: { status: "x" } });
  return <ul>{result.data?.map((row) => <li key={row.id}>{row.id}</li>)}</ul>;
}
