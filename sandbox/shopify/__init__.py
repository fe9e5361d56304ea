"""The local Shopify: the Admin GraphQL API over HTTP, on the real schema."""
