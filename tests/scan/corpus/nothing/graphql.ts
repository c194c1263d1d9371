import { gql } from "graphql-tag";

export const QUERY = gql`
  query {
    searchOrders(filter: { status: APPROVED }) { id }
  }
`;
