"""Every operation as the sidebar, the scheduler and the command line call it, by name."""

from collections.abc import Mapping

from fulfillment.operations.books import BOOKS
from fulfillment.operations.catalogue import CATALOGUE, pull
from fulfillment.operations.keys import KEYS, import_keys
from fulfillment.operations.operation import Operation
from fulfillment.operations.orders import ORDERS
from fulfillment.operations.shop import SHOP

OPERATIONS: Mapping[str, Operation] = {**ORDERS, **CATALOGUE, **KEYS, **BOOKS, **SHOP}

__all__ = ["OPERATIONS", "Operation", "import_keys", "pull"]
