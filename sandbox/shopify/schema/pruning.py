"""The part of the Admin schema that our operations need, as a text small enough to keep.

Kept are the types that an operation names or comes by, and all inputs within its variables. A kept type has
all of its fields that lead to a scalar or to a kept type, deprecated ones too, so that a check can tell
wrong from deprecated. Only those fields of the roots are kept that are used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLScalarType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    TypeNode,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    is_required_input_field,
    is_specified_scalar_type,
    parse,
    print_ast,
    print_type,
    type_from_ast,
    visit,
)
from graphql.utilities import print_directive

from sandbox.shopify.schema.admin import ACCESS, DIRECTIVES, PERSONAL, Admin

IDEMPOTENT = "idempotent"
"""Shopify's directive for a mutation that must not be done twice."""


def pruned(admin: Admin, operations: Collection[str]) -> str:
    """The schema as these operations see it."""
    documents = [parse(operation, no_location=True) for operation in operations]
    used = _Used(admin.types)
    for document in documents:
        used.add(document)
    keep = _Keep(admin, used)
    definitions = [keep.definition(admin.types.type_map[name]) for name in sorted(used.types)]
    scalars = [
        print_type(admin.types.type_map[name])
        for name in sorted(keep.scalars)
        if not is_specified_scalar_type(admin.types.type_map[name])
    ]
    idempotent = next(one for one in admin.types.directives if one.name == IDEMPOTENT)
    texts = [
        f"schema {{\n  query: {used.query}\n  mutation: {used.mutation}\n}}",
        _without_descriptions(print_directive(idempotent)),
        DIRECTIVES.strip(),
        *(_without_descriptions(text) for text in scalars),
        *map(print_ast, definitions),
    ]
    return "\n\n".join(texts) + "\n"


class _Used:
    """The types that operations come by, and the fields of the roots that they begin with."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        assert schema.query_type
        assert schema.mutation_type
        self.query, self.mutation = schema.query_type.name, schema.mutation_type.name
        self.types = {self.query, self.mutation}
        self.root_fields: set[str] = set()

    def add(self, document: DocumentNode) -> None:
        """Everything that this document names."""
        info = TypeInfo(self._schema)
        used = self

        class Names(Visitor):
            def enter_field(self, node: FieldNode, *_: object) -> None:
                used._add_field(info, node)

            def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
                used._add_type(used._schema.type_map[node.name.value])

            def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
                found = type_from_ast(used._schema, node.type)
                assert found is not None
                used._add_whole(get_named_type(found))

        visit(document, TypeInfoVisitor(info, Names()))

    def _add_field(self, info: TypeInfo, node: FieldNode) -> None:
        field, parent = info.get_field_def(), info.get_parent_type()
        assert field is not None, f"{node.name.value} is not in the schema"
        assert parent is not None
        if parent.name in (self.query, self.mutation):
            self.root_fields.add(f"{parent.name}.{node.name.value}")
        self._add_type(get_named_type(field.type))
        for argument in node.arguments or ():
            self._add_type(get_named_type(field.args[argument.name.value].type))

    def _add_type(self, named: GraphQLNamedType) -> None:
        if not isinstance(named, GraphQLScalarType):
            self.types.add(named.name)

    def _add_whole(self, named: GraphQLNamedType) -> None:
        """A type and all inputs within it, for a variable may fill any of them.

        An enumeration only where it must be filled: those of currencies and countries have hundreds.
        """
        is_new = named.name not in self.types
        self._add_type(named)
        if isinstance(named, GraphQLInputObjectType) and is_new:
            for field in named.fields.values():
                within = get_named_type(field.type)
                if is_required_input_field(field) or not isinstance(within, GraphQLEnumType):
                    self._add_whole(within)


class _Keep:
    """What is left of each type."""

    def __init__(self, admin: Admin, used: _Used) -> None:
        self._admin = admin
        self._used = used
        self.scalars: set[str] = set()

    def definition(self, named: GraphQLNamedType) -> DefinitionNode:
        """The type with the fields that are kept, without descriptions, with our directives."""
        node = parse(_without_descriptions(print_type(named)), no_location=True).definitions[0]
        if isinstance(node, InputObjectTypeDefinitionNode):
            return replace(node, fields=tuple(f for f in node.fields or () if self._is_kept(f.type)))
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return replace(
                node,
                fields=tuple(self._fields(node)),
                interfaces=tuple(i for i in node.interfaces or () if i.name.value in self._used.types),
                directives=tuple(self._directives(node.name.value)),
            )
        return node

    def _fields(
        self, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
    ) -> Iterator[FieldDefinitionNode]:
        is_root = node.name.value in (self._used.query, self._used.mutation)
        for field in node.fields or ():
            place = f"{node.name.value}.{field.name.value}"
            if is_root and place not in self._used.root_fields:
                continue
            if self._is_kept(field.type) and not any(map(self._is_missed, field.arguments or ())):
                yield replace(
                    field,
                    arguments=tuple(a for a in field.arguments or () if self._is_kept(a.type)),
                    directives=(*(field.directives or ()), *self._directives(place)),
                )

    def _is_missed(self, argument: InputValueDefinitionNode) -> bool:
        """Whether the field cannot be asked for without it, and it cannot be kept."""
        return isinstance(argument.type, NonNullTypeNode) and not self._is_kept(argument.type)

    def _is_kept(self, node: TypeNode) -> bool:
        while not isinstance(node, NamedTypeNode):
            node = node.type  # type: ignore[attr-defined]
        name = node.name.value
        if isinstance(self._admin.types.type_map[name], GraphQLScalarType):
            self.scalars.add(name)
            return True
        return name in self._used.types

    def _directives(self, place: str) -> Iterator[ConstDirectiveNode]:
        if scopes := self._admin.access.get(place):
            listed = ", ".join(f'"{scope}"' for scope in sorted(scopes))
            yield _directive(f"@{ACCESS}(anyOf: [{listed}])")
        if place in self._admin.personal:
            yield _directive(f"@{PERSONAL}")


def _directive(text: str) -> ConstDirectiveNode:
    field = parse(f"type T {{ f: Int {text} }}", no_location=True).definitions[0].fields[0]  # type: ignore[attr-defined]
    found: ConstDirectiveNode = field.directives[0]
    return found


def _without_descriptions(text: str) -> str:
    class Descriptions(Visitor):
        def leave(self, node: Node, *_: object) -> Node | None:
            return replace(node, description=None) if getattr(node, "description", None) else None  # type: ignore[call-arg]

    return print_ast(visit(parse(text, no_location=True), Descriptions()))
