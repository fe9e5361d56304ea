"""Formula text into its parts: a tree to evaluate, and the references apart, so that they can move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from sandbox.cell_errors import TYPES, Error
from sandbox.formula_calls import Call
from sandbox.formula_functions import FUNCTIONS
from sandbox.formula_nodes import Constant, Name, Node, Operation, Percent, Pointer, Sign
from sandbox.formula_references import Reference, read_reference

# Nesting recurses, here and when it is evaluated: deeper formulas would run into Python's own limit.
_DEEPEST = 60

_COLUMN, _ROW = r"\$?[A-Za-z]{1,3}", r"\$?[1-9][0-9]{0,7}"
_CORNER = rf"(?:{_COLUMN}(?:{_ROW})?|{_ROW})"
_TOKENS = re.compile(
    rf"""
    (?P<blank>\s+)
  | (?P<text>"(?:[^"]|"")*")
  | (?:(?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.]*)!)?
    (?: (?P<start>{_CORNER}):(?P<end>{_CORNER}) | (?P<cell>{_COLUMN}{_ROW}) ) (?![\w(.!:])
  | (?:'(?:[^']|'')+'!|[^\W\d][\w.]*!)?(?P<error>{"|".join(map(re.escape, TYPES))})
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[^\W\d][\w.]*)
  | (?P<mark><=|>=|<>|[-+*/^&=<>%(),;])
    """,
    re.VERBOSE,
)
_TIGHTNESS = {
    "=": 1,
    "<>": 1,
    "<": 1,
    ">": 1,
    "<=": 1,
    ">=": 1,
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
}


class Token(NamedTuple):
    """A piece of the source: what it is, and what it says."""

    kind: str
    text: str
    number: int = -1  # of the reference


class Unreadable(Exception):
    """The text is no formula that can be read."""


def split_references(source: str, row: int, col: int) -> tuple[tuple[str, ...], tuple[Reference, ...]]:
    """The source (without its `=`) around its references, one piece more than those, and the references.

    A formula filled down a column has the same pieces, and the same references, in every row.
    Raises Unreadable.
    """
    references: list[Reference] = []
    pieces: list[str] = []
    taken = at = 0
    while at < len(source):
        match = _TOKENS.match(source, at)
        if match is None:
            raise Unreadable(source[at:])
        at = match.end()
        reference = _reference(match, row, col)
        if reference is not None:
            references.append(reference)
            pieces.append(source[taken : match.start()])
            taken = at
    return (*pieces, source[taken:]), tuple(references)


@lru_cache(maxsize=4096)
def tree_of(pieces: tuple[str, ...]) -> Node:
    """The tree of the source around its references. Raises Unreadable."""
    tokens: list[Token] = []
    for number, piece in enumerate(pieces):
        if number:
            tokens.append(Token("reference", "", number - 1))
        tokens += _tokens(piece)
    return _Parser(tokens).whole()


def _tokens(piece: str) -> Iterator[Token]:
    at = 0
    while at < len(piece):
        match = _TOKENS.match(piece, at)
        if match is None or match.lastgroup is None:
            raise Unreadable(piece[at:])
        at = match.end()
        if match.lastgroup != "blank":
            yield Token(match.lastgroup, match[match.lastgroup])


def _reference(match: re.Match[str], row: int, col: int) -> Reference | None:
    start = match["cell"] or match["start"]
    if start is None:
        return None
    sheet = match["sheet"]
    if sheet is not None and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    reference = read_reference(sheet, start, match["end"], row, col)
    if reference is None:
        raise Unreadable(match[0])
    return reference


class _Parser:
    """Reads the tokens from left to right, an operator's operands one level tighter than itself."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._at < len(self._tokens):
            raise Unreadable(self._tokens[self._at].text)
        return node

    def _expression(self, tightness: int = 1) -> Node:
        """Operands joined by operators that bind at least so tightly, from left to right."""
        node = self._signed()
        while self._following_tightness() >= tightness:
            operator = self._next().text
            node = Operation(operator, node, self._expression(_TIGHTNESS[operator] + 1))
        return node

    def _following_tightness(self) -> int:
        if self._at == len(self._tokens) or self._tokens[self._at].kind != "mark":
            return 0
        return _TIGHTNESS.get(self._tokens[self._at].text, 0)

    def _signed(self) -> Node:
        """A sign binds tighter than a power: -2^2 is 4, as in every spreadsheet."""
        signs: list[str] = []
        while (sign := self._taken("-", "+")) is not None:
            signs.append(sign)
        if len(signs) > _DEEPEST:
            raise Unreadable("too many signs")
        node = self._percent()
        for sign in reversed(signs):
            node = Sign(cast(Literal["-", "+"], sign), node)
        return node

    def _percent(self) -> Node:
        node = self._operand()
        for _ in range(_DEEPEST):
            if self._taken("%") is None:
                return node
            node = Percent(node)
        raise Unreadable("too many percent signs")

    def _operand(self) -> Node:
        token = self._next()
        match token.kind:
            case "number":
                return _number(token.text)
            case "text":
                return Constant(token.text[1:-1].replace('""', '"'))
            case "error":
                return Constant(Error(token.text, "Reference does not exist." if "REF" in token.text else ""))
            case "reference":
                return Pointer(token.number)
            case "name":
                return self._named(token.text)
        if token.text == "(":
            return self._nested()
        raise Unreadable(token.text)

    def _named(self, name: str) -> Node:
        if self._taken("(") is not None:
            return Call(FUNCTIONS.get(name.upper()), name.upper(), self._arguments())
        if name.upper() in ("TRUE", "FALSE"):
            return Constant(name.upper() == "TRUE")
        return Name(name)

    def _nested(self) -> Node:
        self._deeper()
        node = self._expression()
        self._depth -= 1
        if self._taken(")") is None:
            raise Unreadable("no closing parenthesis")
        return node

    def _arguments(self) -> tuple[Node, ...]:
        self._deeper()
        arguments: list[Node] = []
        if self._taken(")") is None:
            arguments.append(self._argument())
            while self._taken(",", ";") is not None:
                arguments.append(self._argument())
            if self._taken(")") is None:
                raise Unreadable("no closing parenthesis")
        self._depth -= 1
        return tuple(arguments)

    def _argument(self) -> Node:
        following = self._tokens[self._at].text if self._at < len(self._tokens) else ""
        return Constant(None) if following in (",", ";", ")") else self._expression()

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable("too deeply nested")

    def _next(self) -> Token:
        if self._at == len(self._tokens):
            raise Unreadable("the formula ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _taken(self, *marks: str) -> str | None:
        """The next token, taken, if it is one of the marks."""
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "mark" and token.text in marks:
                self._at += 1
                return token.text
        return None


def _number(text: str) -> Node:
    value = float(text)
    if value == float("inf"):
        raise Unreadable(text)
    return Constant(value)
