import { searchOrders } from "../actions/orders";
import { useDispatch } from "react-redux";

export function useSearch() {
  const dispatch = useDispatch();
  return (text) => dispatch(searchOrders({ search: { text } }));
}
