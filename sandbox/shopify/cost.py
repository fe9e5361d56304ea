"""What an operation costs, before it is carried out and after.

The rule is the one that Shopify published (shopify.dev, rate limits; "Rate Limiting GraphQL APIs by
Calculating Query Complexity", shopify.engineering, 2021): a scalar 0, an object 1, a connection 2 and what
its page holds, a mutation 10. Today Shopify asks for less than that: community.shopify.dev/t/23101 (2025)
shows 25 points for 250 variants with their items, where the rule says 503. How it reckons now is not
public. So costs here are the highest that can be, and a client that keeps within them keeps within
Shopify's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_argument_values

MOST = 1000
"""What one query may cost (shopify.dev, rate limits; sure)."""

MUTATION = 10
CONNECTION = 2


class Price:
    """The price of an operation with its variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def requested(self, operation: OperationDefinitionNode) -> int:
        """What it costs at the most: every page full, everything there."""
        if operation.operation == OperationType.MUTATION:
            return MUTATION * len(operation.selection_set.selections)
        assert self._schema.query_type
        return max(1, self._of_selections(operation.selection_set, self._schema.query_type))

    def _of_selections(self, selected: SelectionSetNode | None, parent: GraphQLNamedType) -> int:
        total = 0
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                total += self._of_field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                total += self._of_selections(
                    fragment.selection_set, self._schema.type_map[fragment.type_condition.name.value]
                )
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                within = self._schema.type_map[condition.name.value] if condition else parent
                total += self._of_selections(node.selection_set, within)
        return total

    def _of_field(self, node: FieldNode, parent: GraphQLNamedType) -> int:
        if node.name.value.startswith("__") or node.name.value == "pageInfo":
            return 0
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        field = parent.fields[node.name.value]
        named = get_named_type(field.type)
        if is_leaf_type(named):
            return 0
        within = self._of_selections(node.selection_set, named)
        if parent.name.endswith("Connection"):
            return 1 + within
        if named.name.endswith("Connection"):
            return CONNECTION + self._size(field, node) * within
        return (self._size(field, node) if _is_list(field) else 1) * (1 + within)

    def _size(self, field: GraphQLField, node: FieldNode) -> int:
        """How many there can be: as many as are asked for, or as ids or names are given."""
        given = get_argument_values(field, node, self._variables)
        lists = [len(value) for value in given.values() if isinstance(value, list)]
        return int(given.get("first") or given.get("last") or (lists[0] if lists else 1))


def _is_list(field: GraphQLField) -> bool:
    inner = field.type.of_type if is_non_null_type(field.type) else field.type
    return bool(is_list_type(inner))


def spent(operation: OperationDefinitionNode, data: Mapping[str, Any] | None) -> int:
    """What it cost in the end: by what came back."""
    if operation.operation == OperationType.MUTATION:
        return MUTATION * len(operation.selection_set.selections)
    return max(1, sum(_spent(value) for value in (data or {}).values()))


def _spent(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_spent, value))
    if not isinstance(value, Mapping):
        return 0
    if "nodes" in value:
        return CONNECTION + _spent(value["nodes"])
    return 1 + sum(map(_spent, value.values()))
