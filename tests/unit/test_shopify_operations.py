"""What is asked of Shopify: every operation fits the Admin schema, and each way not to fit is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fulfillment.gateways.shopify.trial import SCOPES
from fulfillment.shop_settings import API_VERSION
from sandbox.shopify.schema.admin import FILE, VERSION, read_admin
from sandbox.shopify.schema.checking import (
    access_of,
    mistakes,
    personal_of,
    read_operations,
    superfluous,
    unmet,
)
from sandbox.shopify.schema.pruning import pruned

ADMIN = read_admin()
OPERATIONS = read_operations()
README = Path(__file__).parents[2] / "README.md"


def listed_scopes() -> list[str]:
    """The scopes that the README tells people to grant."""
    section = README.read_text(encoding="utf-8").split("## What Shopify is asked for")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_fits_the_schema_and_asks_for_nothing_deprecated(name: str) -> None:
    assert mistakes(OPERATIONS[name], ADMIN) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_scopes_in_the_readme_open_everything_that_is_asked(name: str) -> None:
    assert unmet(access_of(OPERATIONS[name], ADMIN), listed_scopes()) == []


def test_a_check_asks_for_the_scopes_of_the_readme() -> None:
    assert [*SCOPES] == listed_scopes()


def test_no_scope_in_the_readme_is_for_nothing() -> None:
    assert superfluous(OPERATIONS.values(), ADMIN, listed_scopes()) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_asks_who_the_customer_is(name: str) -> None:
    assert personal_of(OPERATIONS[name], ADMIN) == []


def changed(name: str, old: str, new: str) -> str:
    """An operation with a mistake in it."""
    assert old in OPERATIONS[name]
    return OPERATIONS[name].replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("variants", "productType", "productKind", "Cannot query field 'productKind' on type 'Product'"),
        ("orders", "currentQuantity", "remaining", "Cannot query field 'remaining' on type 'LineItem'"),
        ("stock_item", "inventoryItemId: $item", "item: $item", "Unknown argument 'item'"),
        ("set_available", "InventoryQuantityInput", "ChangeInput", "Unknown type 'ChangeInput'"),
        ("set_available", 'name: "available"', "name: 7", "String cannot represent a non string value: 7"),
        (
            "set_available",
            'reason: "correction", ',
            "",
            "to include required field 'reason'",
        ),
        ("variants", "$first: Int!", "$first: String!", "used in position expecting type 'Int'"),
        ("orders", "$query: String!", "$query: ID!", "used in position expecting type 'String'"),
        ("orders", "CREATED_AT", "CREATED", "Value 'CREATED' does not exist in 'OrderSortKeys' enum"),
        ("fulfill", "notifyCustomer: false", 'notifyCustomer: "no"', "Boolean cannot represent"),
        ("access", "handle", "handle {", "Syntax Error"),
        ("locations", "isActive", "isPrimary", "The field Location.isPrimary is deprecated"),
        ("variants", "productType", "totalVariants", "The field Product.totalVariants is deprecated"),
        ("complete_draft", "$draft)", "$draft, paymentPending: true)", "(paymentPending:)' is deprecated"),
        (
            "create_draft",
            "note: $note",
            'note: $note, customerId: "1"',
            "DraftOrderInput.customerId is deprecated",
        ),
    ],
)
def test_a_mistake_in_an_operation_is_told(name: str, old: str, new: str, told: str) -> None:
    found = mistakes(changed(name, old, new), ADMIN)
    assert any(told in mistake for mistake in found), found


@pytest.mark.parametrize("scope", listed_scopes())
def test_a_scope_that_is_missing_is_told(scope: str) -> None:
    others = [other for other in listed_scopes() if other != scope]
    assert any(unmet(access_of(operation, ADMIN), others) for operation in OPERATIONS.values())


def test_a_field_that_wants_another_scope_is_told() -> None:
    operation = changed("complete_draft", "order {\n        id", "order {\n        refunds {\n id }")
    granted = ["write_draft_orders", "read_quick_sale"]
    assert unmet(access_of(operation, ADMIN), granted) == ["Refund"]


def test_a_scope_that_nothing_needs_is_told() -> None:
    granted = [*listed_scopes(), "read_customers"]
    assert superfluous(OPERATIONS.values(), ADMIN, granted) == ["read_customers"]


def test_a_field_with_a_customers_address_is_told() -> None:
    assert personal_of(changed("orders", "sourceName", "email"), ADMIN) == ["Order.email"]


def test_no_more_of_the_schema_is_kept_than_the_operations_need() -> None:
    kept = FILE.read_text(encoding="utf-8")
    assert kept.endswith(f"\n\n{pruned(ADMIN, OPERATIONS.values())}"), "run `make schema WRITE=1`"
    fewer = [text for name, text in OPERATIONS.items() if name != "create_draft"]
    assert "input DraftOrderLineItemInput" in kept
    assert "input DraftOrderLineItemInput" not in pruned(ADMIN, fewer)


def test_the_licence_of_the_schema_stands_above_it() -> None:
    assert "ISC License" in FILE.read_text(encoding="utf-8").partition("schema {")[0]


def test_the_version_that_is_asked_for_is_the_one_that_was_checked() -> None:
    assert API_VERSION == VERSION
