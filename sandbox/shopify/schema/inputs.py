"""Deprecated fields within the variables of an operation, where no check of its text finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    type_from_ast,
)


def deprecated_inputs(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[str]:
    """Those that are given, as `Type.field`."""
    found: list[str] = []
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema, definition.type)
        if kind is not None:
            named = get_named_type(kind)
            found += _deprecated(named, variables.get(definition.variable.name.value))
    return found


def _deprecated(named: object, value: object) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _deprecated(named, each)
    if isinstance(named, GraphQLInputObjectType) and isinstance(value, Mapping):
        for name in named.fields.keys() & value.keys():
            field = named.fields[name]
            if field.deprecation_reason is not None:
                yield f"{named.name}.{name}"
            yield from _deprecated(get_named_type(field.type), value[name])
