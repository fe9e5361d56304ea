"""What people do in the shop: buy, pay, cancel, refund, count stock, change products.

Each is an edit by its name, as tests call it and as `POST /_sandbox/shopify/person` takes it: `{"edit":
"buy", "lines": [{"sku": "CPTa", "quantity": 1}], "email": "ada@example.com"}`. Products are named by their
SKU, orders by name or id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sandbox.book import Json
from sandbox.errors import bad_request
from sandbox.shopify import selling
from sandbox.shopify.customers import MOST_LIKED, Customers
from sandbox.shopify.selling import NotSold, Purchase, Wanted
from sandbox.shopify.shop import Shop
from sandbox.shopify.state import Level, Location, Order, Product, Variant

STATUSES = ("ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED")

Lines = Mapping[str, int] | Iterable[Json]


class People:
    """Everybody with a hand in the shop but the app. Raises NotSold for what the shop does not do."""

    def __init__(self, shop: Shop, customers: Customers) -> None:
        self._shop = shop
        self._customers = customers
        self._edits: dict[str, Callable[..., Json]] = {
            "buy": lambda **asked: self._order_json(self.buy(**asked)),
            "pay": lambda order: self._order_json(self.pay(order)),
            "cancel": lambda **asked: self._order_json(self.cancel(**asked)),
            "refund": lambda **asked: self._order_json(self.refund(**asked)),
            "count": lambda **asked: {"available": self.count(**asked)},
            "add_product": lambda **asked: {"product": self.add_product(**asked).id},
            "change_product": lambda **asked: {"product": self.change_product(**asked).id},
            "change_variant": lambda **asked: {"variant": self.change_variant(**asked).id},
            "delete_product": self._deleted,
        }

    def edit(self, asked: Json) -> Json:
        """An edit as it comes over the wire. Raises a Refusal for what makes no sense or is not done."""
        known = {**asked}
        name = known.pop("edit", None)
        if name not in self._edits:
            raise bad_request(f"No such edit: {name}. There are {', '.join(self._edits)}.")
        try:
            return self._edits[name](**known)
        except TypeError as error:
            raise bad_request(f"{name}: {str(error).rpartition('.')[2]}.") from None
        except NotSold as error:
            raise bad_request(str(error)) from None

    def buy(
        self,
        lines: Lines | None = None,
        *,
        email: str = "",
        customer: str = "",
        test: bool = False,
        paid: bool = True,
        tags: Iterable[str] = (),
        order_id: str = "",
        order_name: str = "",
        oversell: bool = False,
        quietly: bool = False,
    ) -> Order:
        """A customer orders: `{SKU: quantity}`, or lines with `sku`, `quantity` and `title`; or as they like.

        The same `order_id` again is the order that there is. Done `quietly`, nobody is told that it was paid.
        """
        with self._shop.changing() as state:
            if order_id and (known := state.orders.get(int(order_id))):
                return known
            if lines is None:
                lines, customer, email = self._customers.next_one(self._on_sale())
            purchase = Purchase(
                lines=[self._wanted(line) for line in _lines(lines)],
                email=email,
                customer=customer,
                financial="PAID" if paid else "PENDING",
                is_test=test,
                tags=[*tags],
                order_id=int(order_id) if order_id else None,
                name=order_name,
                is_quiet=quietly,
            )
            return selling.buy(self._shop, purchase, oversell=oversell)

    def pay(self, order: str) -> Order:
        """A pending order is paid."""
        with self._shop.changing():
            found = self.order(order)
            selling.pay(self._shop, found)
            return found

    def cancel(self, order: str, *, restock: bool = True) -> Order:
        """The whole order is off."""
        with self._shop.changing():
            found = self.order(order)
            selling.cancel(self._shop, found, restock=restock)
            return found

    def refund(self, order: str, lines: Mapping[str, int] | None = None, *, restock: bool = True) -> Order:
        """Pieces of an order (`{SKU: quantity}`), or all of it, are given back; of `{}` the money alone."""
        with self._shop.changing():
            found = self.order(order)
            pieces = None if lines is None else {_line_of(found, sku): n for sku, n in lines.items()}
            selling.refund(self._shop, found, pieces, restock=restock)
            return found

    def count(self, sku: str, quantity: int, location: str = "") -> int:
        """A person types what is in stock. What is available then."""
        with self._shop.changing():
            level = self._level(sku, location)
            self._shop.set_available(level, quantity, "person")
            return level.available

    def add_product(
        self,
        title: str,
        variants: Iterable[Json],
        *,
        status: str = "ACTIVE",
        product_type: str = "",
        tags: Iterable[str] = (),
    ) -> Product:
        """A new product. A variant is `{"sku", "title", "price", "tracked", "policy", "stock"}`.

        `stock` is what each location has of it, by name.
        Without `stock` it is stocked at the first location, with none of it there.
        """
        with self._shop.changing():
            product = self._shop.add_product(title, _status(status), product_type, [*tags])
            for variant in variants:
                self._add_variant(product, **variant)
            return product

    def _add_variant(
        self,
        product: Product,
        sku: str | None = None,
        title: str = "Default Title",
        price: str = "0.00",
        tracked: bool = True,
        policy: str = "DENY",
        stock: Mapping[str, int] | None = None,
    ) -> None:
        variant = self._shop.add_variant(product, sku, title, price, policy, is_tracked=tracked)
        for location, quantity in ({"": 0} if stock is None else stock).items():
            self._shop.add_level(variant.item_id, self.location(location).id).available = quantity

    def change_product(
        self,
        sku: str,
        *,
        title: str | None = None,
        status: str | None = None,
        product_type: str | None = None,
        tags: Iterable[str] | None = None,
    ) -> Product:
        """What is named is as it says; the rest stays."""
        with self._shop.changing() as state:
            product = state.products[self.variant(sku).product_id]
            product.title = product.title if title is None else title
            product.status = product.status if status is None else _status(status)
            product.product_type = product.product_type if product_type is None else product_type
            product.tags = product.tags if tags is None else [*tags]
            return product

    def change_variant(
        self, sku: str, *, new_sku: str | None = None, price: str | None = None, tracked: bool | None = None
    ) -> Variant:
        """What is named is as it says; the rest stays."""
        with self._shop.changing():
            variant = self.variant(sku)
            variant.sku = variant.sku if new_sku is None else new_sku
            variant.price = variant.price if price is None else price
            variant.is_tracked = variant.is_tracked if tracked is None else tracked
            return variant

    def delete_product(self, sku: str) -> None:
        """The product of this SKU, with all its variants."""
        with self._shop.changing() as state:
            self._shop.remove_product(state.products[self.variant(sku).product_id])

    def _deleted(self, sku: str) -> Json:
        self.delete_product(sku)
        return {}

    def variant(self, sku: str) -> Variant:
        """The first variant of this SKU."""
        for variant in self._shop.state.variants.values():
            if variant.sku == sku:
                return variant
        raise NotSold(f"The shop has no {sku}.")

    def available(self, sku: str, location: str = "") -> int:
        """What can be sold of it there."""
        with self._shop.looking():
            return self._level(sku, location).available

    def order(self, named: str) -> Order:
        """The order of this id or name."""
        for order in self._shop.state.orders.values():
            if named in (str(order.id), order.name):
                return order
        raise NotSold(f"The shop has no order {named}.")

    def location(self, name: str = "") -> Location:
        """The location of this name; without one, the first."""
        for location in self._shop.state.locations.values():
            if name in ("", location.name, str(location.id)):
                return location
        raise NotSold(f"The shop has no location {name}.")

    def _level(self, sku: str, location: str) -> Level:
        place = self.location(location)
        level = self._shop.level(self.variant(sku).item_id, place.id)
        if level is None:
            raise NotSold(f"{sku} is not stocked at {place.name}.")
        return level

    def _on_sale(self) -> list[Variant]:
        products = self._shop.state.products
        return [
            variant
            for variant in self._shop.state.variants.values()
            if variant.sku and products[variant.product_id].status == "ACTIVE" and self._has_enough(variant)
        ]

    def _has_enough(self, variant: Variant) -> bool:
        """Whether nobody is told that it is sold out, however many they like."""
        levels = self._shop.state.levels.get(variant.item_id, {}).values()
        return not variant.is_tracked or max((level.available for level in levels), default=0) >= MOST_LIKED

    def _wanted(self, line: Json) -> Wanted:
        """What a line means; with a title, a SKU that the shop has not is of something deleted since."""
        sku, title = str(line.get("sku") or ""), str(line.get("title") or "")
        quantity = int(line.get("quantity", 1))
        if not sku or (title and all(sku != known.sku for known in self._shop.state.variants.values())):
            return Wanted(quantity, sku=sku or None, title=title)
        return Wanted(quantity, self.variant(sku), title=title)

    def _order_json(self, order: Order) -> Json:
        """An order as the shop's own page would list it."""
        return {
            "order_id": str(order.id),
            "order_name": order.name,
            "email": order.email,
            "customer_name": order.customer,
            "financial": order.financial,
            "cancelled": order.cancelled_at is not None,
            "test": order.is_test,
            "lines": [
                {
                    "sku": line.sku or "",
                    "title": line.title,
                    "quantity": line.quantity,
                    "current": line.current,
                }
                for line in order.lines
            ],
        }

    def orders(self) -> list[Json]:
        """All orders, the oldest first."""
        with self._shop.looking() as state:
            return [self._order_json(order) for order in state.orders.values()]


def _lines(lines: Lines) -> list[Json]:
    if isinstance(lines, Mapping):
        return [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()]
    return [*lines]


def _line_of(order: Order, sku: str) -> int:
    for line in order.lines:
        if line.sku == sku:
            return line.id
    raise NotSold(f"{order.name} has no line {sku}.")


def _status(status: str) -> str:
    if status not in STATUSES:
        raise NotSold(f"No such status: {status}. There are {', '.join(STATUSES)}.")
    return status
