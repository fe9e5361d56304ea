"""Calls of functions inside formulas: how many arguments of which kind each takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.cell_errors import Error, bad_number, not_available, unknown_name, wrong_kind
from sandbox.formula_nodes import Node, Scope, scalar
from sandbox.formula_values import Operand, Scalar, to_number, to_text, to_truth


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: Function | None
    name: str
    arguments: tuple[Node, ...]

    def evaluate(self, scope: Scope) -> Operand:
        if self.function is None:
            return unknown_name(f"Unknown function: '{self.name}'.")
        return self.function.call(scope, self.arguments)


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes and what it does.

    Kinds of arguments: `value` (one value), `number`, `text`, `truth` (it as such), `any` (one value, which
    may be an error), `single` (one value, where several would make Google fill several cells), `area` (cells,
    or one value), `operand` (the same, or an error), `lazy` (not evaluated: the function decides).
    """

    name: str
    kinds: tuple[str, ...]
    required: int
    repeats: int  # how many kinds at the end may come again and again
    apply: Callable[..., Operand]
    takes_arrays: bool = False  # Google evaluates its arguments as ARRAYFORMULA does

    def call(self, scope: Scope, arguments: tuple[Node, ...]) -> Operand:
        """The function's value; the first argument that is an error where none is allowed, instead of it."""
        if not self._accepts(len(arguments)):
            return not_available(self._wrong_count(len(arguments)))
        if self.takes_arrays and not scope.takes_arrays:
            scope = replace(scope, takes_arrays=True)
        taken: list[object] = []
        for position, node in enumerate(arguments):
            kind = self._kind(position)
            argument = self._argument(kind, position + 1, node, scope)
            if isinstance(argument, Error) and kind not in _TAKE_ERRORS:
                return argument
            taken.append(argument)
        return self._applied(scope, taken)

    def _argument(self, kind: str, parameter: int, node: Node, scope: Scope) -> object:
        if kind == "lazy":
            return node
        if kind in ("area", "operand"):
            return node.evaluate(scope)
        if kind == "single":
            return scalar(node, replace(scope, takes_arrays=True))
        value = scalar(node, scope)
        if kind not in _COERCIONS:
            return value
        coerce, wanted = _COERCIONS[kind]
        argument = coerce(value)
        is_wrong = isinstance(argument, Error) and isinstance(value, str)
        return wrong_kind(self.name, parameter, wanted, str(value)) if is_wrong else argument

    def _applied(self, scope: Scope, arguments: list[object]) -> Operand:
        try:
            return self.apply(scope, *arguments)
        except (ArithmeticError, ValueError):
            return bad_number(f"Function {self.name} was given a number that is out of range.")

    def _kind(self, position: int) -> str:
        if position < len(self.kinds):
            return self.kinds[position]
        return self.kinds[len(self.kinds) - self.repeats + (position - len(self.kinds)) % self.repeats]

    def _accepts(self, count: int) -> bool:
        if count < self.required:
            return False
        return count <= len(self.kinds) or (
            self.repeats > 0 and (count - len(self.kinds)) % self.repeats == 0
        )

    def _wrong_count(self, count: int) -> str:
        least, most = self.required, len(self.kinds)
        expected = f"between {least} and {most}" if least < most else str(least)
        expected = f"at least {least}" if self.repeats else expected
        return (
            f"Wrong number of arguments to {self.name}. "
            f"Expected {expected} arguments, but got {count} arguments."
        )


_TAKE_ERRORS = {"any", "operand"}
_COERCIONS: dict[str, tuple[Callable[[Scalar], object], str]] = {
    "number": (to_number, "number"),
    "text": (to_text, "text"),
    "truth": (to_truth, "boolean"),
}
