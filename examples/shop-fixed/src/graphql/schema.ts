import { buildSchema } from 'graphql';

/** The schema that POST /graphql answers. */
export const schema = buildSchema(`
  enum OrderStatus { created paid shipped cancelled }

  type Customer { id: ID! name: String! email: String! tier: String! }
  type OrderLine { sku: String! quantity: Int! }
  type Order { id: ID! status: OrderStatus! totalCents: Int! lines: [OrderLine!]! }

  input AddressInput { street: String! city: String! postalCode: String! country: String! }

  type Query {
    viewer: Customer
    order(id: ID!): Order
    orders(status: OrderStatus): [Order!]!
  }

  type Mutation {
    updateAddress(address: AddressInput!): Boolean!
    cancelOrder(id: ID!): Order
  }
`);
