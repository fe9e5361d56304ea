"""What is wrong with an operation of ours, what it has to be allowed, which data of customers it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    NoDeprecatedCustomRule,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from sandbox.shopify.schema.admin import Admin

OPERATIONS = Path(__file__).parents[3] / "fulfillment" / "gateways" / "shopify"


def read_operations(folder: Path = OPERATIONS) -> dict[str, str]:
    """Our operations by the name of their file."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.graphql"))}


def mistakes(operation: str, admin: Admin) -> list[str]:
    """What is unknown, of a wrong type, or deprecated in it; nothing, where all is well."""
    try:
        document = parse(operation)
    except GraphQLError as error:
        return [error.message]
    errors = validate(admin.types, document, max_errors=100)
    errors += validate(admin.types, document, [NoDeprecatedCustomRule])
    return [f"line {_line(error)}: {error.message}" for error in errors]


def _line(error: GraphQLError) -> int:
    return error.locations[0].line if error.locations else 0


def access_of(operation: str | DocumentNode, admin: Admin) -> dict[str, frozenset[str]]:
    """The scopes of which one has to be granted, for each place that it touches and that is not open."""
    touched = _touched(operation, admin)
    return {place: admin.access[place] for place in touched if place in admin.access}


def personal_of(operation: str, admin: Admin) -> list[str]:
    """The fields of it that tell who a customer is."""
    return sorted(_touched(operation, admin) & admin.personal)


def unmet(access: Mapping[str, frozenset[str]], granted: Collection[str]) -> list[str]:
    """The places that these scopes do not open."""
    given = opened(granted)
    return sorted(place for place, scopes in access.items() if not scopes & given)


def opened(granted: Collection[str]) -> set[str]:
    """The scopes, and those that come with them: whoever may write may read.

    Shopify's own library reckons so (`AuthScopes` in @shopify/shopify-api).
    """
    return {*granted, *(f"read_{name[6:]}" for name in granted if name.startswith("write_"))}


def superfluous(operations: Collection[str], admin: Admin, granted: Collection[str]) -> list[str]:
    """The scopes that none of the operations needs, as long as the others are granted."""
    access = [access_of(operation, admin) for operation in operations]

    def suffices(scopes: Collection[str]) -> bool:
        return not any(unmet(wanted, scopes) for wanted in access)

    return [scope for scope in granted if suffices([other for other in granted if other != scope])]


def _touched(operation: str | DocumentNode, admin: Admin) -> frozenset[str]:
    """Every field of the operation, and every type that it comes by."""
    document = parse(operation, no_location=True) if isinstance(operation, str) else operation
    info = TypeInfo(admin.types)
    places: set[str] = set()

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            places.update(_places(info, node))

    visit(document, TypeInfoVisitor(info, Fields()))
    return frozenset(places)


def _places(info: TypeInfo, node: FieldNode) -> Iterator[str]:
    parent, result = info.get_parent_type(), info.get_type()
    if parent is not None:
        yield parent.name
        yield f"{parent.name}.{node.name.value}"
    if result is not None:
        yield get_named_type(result).name
