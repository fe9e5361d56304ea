"""The Admin schema as the stand-in and the checks have it: its types, and which scopes open what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graphql import DocumentNode, GraphQLSchema, build_ast_schema, parse, value_from_ast_untyped
from graphql.language import (
    ConstDirectiveNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
)

VERSION = "2026-10"
"""The version that our operations are written for; Shopify brings a new one each quarter."""

FILE = Path(__file__).with_name(f"admin_{VERSION}.graphql")

ACCESS, PERSONAL = "access", "personal"
"""Our two directives in the file: the scopes of which one must be granted, and customers' data."""

DIRECTIVES = f"""
directive @{ACCESS}(anyOf: [String!]!) on OBJECT | INTERFACE | FIELD_DEFINITION

directive @{PERSONAL} on FIELD_DEFINITION
"""


@dataclass(frozen=True, slots=True)
class Admin:
    """One version of the schema; places are written `Type` or `Type.field`."""

    version: str
    types: GraphQLSchema
    access: Mapping[str, frozenset[str]]
    """Where one of some scopes has to be granted. A place that is not named here is open."""
    personal: frozenset[str]
    """Fields that tell who a customer is; Shopify wants to approve of an app that reads them."""


def read_admin(file: Path = FILE) -> Admin:
    """The schema in a file of ours."""
    document = parse(file.read_text(encoding="utf-8"), no_location=True)
    found = dict(_directives(document))
    access = {place: _scopes(named[ACCESS]) for place, named in found.items() if ACCESS in named}
    personal = frozenset(place for place, named in found.items() if PERSONAL in named)
    return Admin(VERSION, build_ast_schema(document, assume_valid=True), access, personal)


def _directives(document: DocumentNode) -> Iterator[tuple[str, dict[str, ConstDirectiveNode]]]:
    for definition in document.definitions:
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            yield definition.name.value, _by_name(definition)
            for field in definition.fields or ():
                yield f"{definition.name.value}.{field.name.value}", _by_name(field)


def _by_name(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | FieldDefinitionNode,
) -> dict[str, ConstDirectiveNode]:
    return {directive.name.value: directive for directive in node.directives or ()}


def _scopes(directive: ConstDirectiveNode) -> frozenset[str]:
    (argument,) = directive.arguments or ()
    return frozenset(value_from_ast_untyped(argument.value))
