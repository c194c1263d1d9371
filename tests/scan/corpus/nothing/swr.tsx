import useSWR from "swr";

const fetcher = (url: string) => fetch(url).then((response) => response.json());
export const useOrders = () => useSWR("/ecom/v1/orders/search", fetcher);
