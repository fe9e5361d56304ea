"""An operation carried out: parsed, held against the schema, its scopes checked field by field, answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_directive_values,
    get_named_type,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from sandbox.book import Json
from sandbox.shopify.drafts import Drafts
from sandbox.shopify.fulfilling import Fulfilling
from sandbox.shopify.idempotency import MANDATORY, Keys
from sandbox.shopify.inventory import Inventory
from sandbox.shopify.refusals import access_denied, not_idempotent, not_there, too_many
from sandbox.shopify.schema.admin import Admin, read_admin
from sandbox.shopify.schema.checking import opened
from sandbox.shopify.schema.inputs import deprecated_inputs
from sandbox.shopify.shop import Shop
from sandbox.shopify.views import Views

Info = GraphQLResolveInfo[Any]

MOST_INPUTS = 250
"""Values of a list in the variables (shopify.dev, API limits; sure)."""

ADMIN = read_admin()

IDEMPOTENT = ADMIN.types.get_directive("idempotent")


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation that fits the schema."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    values: VariableValues
    """The variables as the schema reads them."""

    @property
    def is_write(self) -> bool:
        return self.operation.operation == OperationType.MUTATION


@lru_cache(maxsize=200)
def _parsed(query: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(query)
    return document, tuple(validate(ADMIN.types, document))


def glance(query: str, operation_name: str | None) -> tuple[str, bool]:
    """The field that a query begins with, by which it is counted, and whether it changes something."""
    try:
        found = get_operation_ast(_parsed(query)[0], operation_name)
    except GraphQLError:
        found = None
    first = found.selection_set.selections[0] if found else None
    is_write = found is not None and found.operation == OperationType.MUTATION
    return first.name.value if isinstance(first, FieldNode) else "unreadable", is_write


def read(query: str, operation_name: str | None, variables: Mapping[str, Any]) -> Asked:
    """The operation that is asked for. Raises GraphQLErrors where it is wrong.

    Stricter than Shopify in one thing: a deprecated field in the variables is refused, for nothing of ours
    may use one.
    """
    try:
        document, errors = _parsed(query)
    except GraphQLError as error:
        raise Wrong([error]) from None
    operation = get_operation_ast(document, operation_name)
    if errors or operation is None:
        raise Wrong([*errors] or [GraphQLError("An operation name is required")])
    for size in _sizes(variables):
        if size > MOST_INPUTS:
            raise Wrong([too_many(size, MOST_INPUTS)])
    if used := deprecated_inputs(ADMIN.types, operation, variables):
        raise Wrong([not_there(f"The deprecated input {used[0]}")])
    values = get_variable_values(ADMIN.types, operation.variable_definitions or (), dict(variables))
    if isinstance(values, list):
        raise Wrong(values)
    return Asked(document, operation, variables, values)


def key_of(asked: Asked) -> str:
    """The idempotency key of the first field; empty where it has none."""
    assert IDEMPOTENT
    first = asked.operation.selection_set.selections[0]
    given = get_directive_values(IDEMPOTENT, first, asked.values)
    return str(given["key"]) if given else ""


class Wrong(Exception):
    """Errors for which the operation is not carried out."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def _sizes(value: object) -> list[int]:
    """How long the lists are, at any depth."""
    if isinstance(value, Mapping):
        return [size for each in value.values() for size in _sizes(each)]
    if isinstance(value, list):
        return [len(value), *(size for each in value for size in _sizes(each))]
    return []


class Execution:
    """One operation in the shop, for an app with some scopes; under the shop's lock."""

    def __init__(
        self, shop: Shop, scopes: list[str], keys: Keys, fulfilling: Fulfilling, *, partial_sets: bool
    ) -> None:
        views = Views(shop, scopes)
        inventory, drafts = Inventory(shop, views, partial_sets=partial_sets), Drafts(shop, views)
        self._granted = opened(scopes)
        self._keys = keys
        self._queries = views.root()
        self._mutations: Mapping[str, Any] = {
            "inventorySetQuantities": inventory.set_quantities,
            "inventoryItemUpdate": inventory.update_item,
            "inventoryActivate": inventory.activate,
            "fulfillmentCreate": fulfilling.create,
            "draftOrderCreate": drafts.create,
            "draftOrderComplete": drafts.complete,
        }
        self._is_open: dict[tuple[str, str], bool] = {}

    def run(self, asked: Asked) -> ExecutionResult:
        """Data, and errors beside it."""
        result = execute_sync(
            ADMIN.types,
            asked.document,
            self._mutations if asked.is_write else self._queries,
            variable_values=dict(asked.variables),
            operation_name=asked.operation.name.value if asked.operation.name else None,
            field_resolver=self._resolve,
            type_resolver=lambda value, info, type_: value["__typename"],
        )
        assert isinstance(result, ExecutionResult)
        return result

    def _resolve(self, source: Json, info: Info, **arguments: Any) -> Any:
        self._check_access(info)
        name = info.field_name
        if name not in source:
            raise not_there(f"{info.parent_type.name}.{name}")
        found = source[name]
        if info.parent_type is ADMIN.types.mutation_type:
            return self._mutated(info, found, arguments)
        return found(**arguments) if callable(found) else found

    def _mutated(self, info: Info, do: Any, arguments: Json) -> Any:
        """Once for each key, where the mutation takes one."""
        if info.field_name not in MANDATORY:
            return do(**arguments)
        assert IDEMPOTENT
        given = get_directive_values(IDEMPOTENT, info.field_nodes[0], info.variable_values)
        if not given or not given["key"]:
            raise not_idempotent()
        key, payload = str(given["key"]), get_named_type(info.return_type)
        assert isinstance(payload, GraphQLObjectType)
        nothing = dict.fromkeys(payload.fields)
        carry_out = partial(do, key) if info.field_name == "inventorySetQuantities" else do
        return self._keys.once(key, info.field_name, arguments, partial(carry_out, **arguments), nothing)

    def _check_access(self, info: Info) -> None:
        """Raises where the field, or what it leads to, wants a scope that the app has not."""
        place = (info.parent_type.name, info.field_name)
        if place not in self._is_open:
            self._is_open[place] = not (self._missing(ADMIN, info))
        if not self._is_open[place]:
            raise access_denied(info.field_name, sorted(self._missing(ADMIN, info)))

    def _missing(self, admin: Admin, info: Info) -> frozenset[str]:
        """The scopes of which one would open it; empty where it is open."""
        named = get_named_type(info.return_type).name
        nodes = _node_type(info) or named
        for place in (f"{info.parent_type.name}.{info.field_name}", named, nodes):
            scopes = admin.access.get(place, frozenset())
            if scopes and not scopes & self._granted:
                return scopes
        return frozenset()


def _node_type(info: Info) -> str:
    """What a connection is a connection of: Shopify refuses `orders`, not the nodes in it."""
    named = get_named_type(info.return_type)
    if isinstance(named, GraphQLObjectType) and "nodes" in named.fields:
        return str(get_named_type(named.fields["nodes"].type).name)
    return ""
