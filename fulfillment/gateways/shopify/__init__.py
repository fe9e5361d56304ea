"""Shopify's Admin API behind the port Shop: the operations are the files beside this one."""

from fulfillment.gateways.shopify.client import ShopifyClient
from fulfillment.gateways.shopify.sessions import Sessions
from fulfillment.gateways.shopify.shop import Shopify
from fulfillment.gateways.shopify.tokens import ClientCredentials, FixedToken, Tokens
from fulfillment.gateways.shopify.trial import try_access, try_location, try_orders

__all__ = [
    "ClientCredentials",
    "FixedToken",
    "Sessions",
    "Shopify",
    "ShopifyClient",
    "Tokens",
    "try_access",
    "try_location",
    "try_orders",
]
