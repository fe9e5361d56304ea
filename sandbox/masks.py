"""Field masks: `sheets(properties.title,data/rowData),namedRanges` as Google reads them.

A mask is a tree: field name to the mask of what is inside it. An empty tree means the whole field.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import bad_mask

Mask = dict[str, "Mask"]

EVERYTHING: Mask = {}
TOKEN = re.compile(r"\s*([A-Za-z_][\w-]*|\*|[.,/()])\s*")


class MaskError(ValueError):
    """The text is no field mask."""


def parse(text: str) -> Mask:
    """The tree a mask describes; raises MaskError."""
    try:
        tree, rest = _union(_tokens(text))
    except RecursionError:
        raise MaskError("too many brackets") from None
    if rest:
        raise MaskError(text)
    return tree


def parse_for_answer(text: str | None) -> Mask:
    """The mask of the `fields` parameter of a request; none asks for everything."""
    if not text:
        return EVERYTHING
    try:
        return parse(text)
    except MaskError:
        raise bad_mask(text) from None


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise MaskError(text)
        found.append(camel(match[1]))
        at = match.end()
    return found


def camel(name: str) -> str:
    """`row_data` as `rowData`: Google takes both."""
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def _union(tokens: list[str]) -> tuple[Mask, list[str]]:
    tree: Mask = {}
    while True:
        path, inside, tokens = _path(tokens)
        _graft(tree, path, inside)
        if not tokens or tokens[0] != ",":
            return tree, tokens
        tokens = tokens[1:]


def _path(tokens: list[str]) -> tuple[list[str], Mask, list[str]]:
    names: list[str] = []
    while True:
        if not tokens or tokens[0] in ".,/()":
            raise MaskError("a field name is missing")
        names.append(tokens[0])
        tokens = tokens[1:]
        if not tokens or tokens[0] not in "./(":
            return names, {}, tokens
        if tokens[0] == "(":
            inside, tokens = _union(tokens[1:])
            if not tokens or tokens[0] != ")":
                raise MaskError("a bracket is not closed")
            return names, inside, tokens[1:]
        tokens = tokens[1:]


def _graft(tree: Mask, names: list[str], inside: Mask) -> None:
    *above, last = names
    for name in above:
        if name in tree and not tree[name]:
            return  # the whole of it is asked for already
        tree = tree.setdefault(name, {})
    if last in tree and not (tree[last] and inside):
        tree[last] = {}
    else:
        merged = tree.setdefault(last, {})
        for name, below in inside.items():
            _graft(merged, [name], below)


def inside(mask: Mask, name: str) -> Mask | None:
    """The mask for what is in field `name`; None when the field is not asked for."""
    if not mask:
        return EVERYTHING
    return mask.get(name, mask.get("*"))


def apply(mask: Mask, value: Any) -> Any:
    """What the mask leaves of a JSON value."""
    if not mask:
        return value
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, below in value.items():
        wanted = inside(mask, name)
        if wanted is not None:
            kept[name] = apply(wanted, below)
    return kept


def apply_to(mask: Mask, value: dict[str, Any]) -> dict[str, Any]:
    """What the mask leaves of a JSON object."""
    kept: dict[str, Any] = apply(mask, value)
    return kept


def leaves(mask: Mask, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every path the mask names, down to where it ends."""
    if not mask and above:
        return [above]
    return [path for name, below in mask.items() for path in leaves(below, (*above, name))]
