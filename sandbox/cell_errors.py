"""The errors that a cell can hold, in the words of the sheet and of the API."""

from __future__ import annotations

from dataclasses import dataclass

# What the cell shows -> `ErrorValue.type` in the API's discovery document.
TYPES = {
    "#ERROR!": "ERROR",
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
}


@dataclass(frozen=True, slots=True)
class Error:
    """An error as the value of a cell: `code` is what the cell shows, `message` says why."""

    code: str
    message: str = ""

    @property
    def type(self) -> str:
        """The API's name for the code (`ErrorValue.type`)."""
        return TYPES[self.code]

    @property
    def unformatted(self) -> str:
        """The text that UNFORMATTED_VALUE is reported to give: `#N/A (Did not find value ...)`."""
        return f"{self.code} ({self.message})" if self.message else self.code

    def __str__(self) -> str:
        return self.code


def not_available(message: str = "") -> Error:
    """#N/A: a look-up found nothing, or a function got the wrong number of arguments."""
    return Error("#N/A", message)


def bad_reference(message: str = "Reference does not exist.") -> Error:
    """#REF!: the cells are gone, or are not there."""
    return Error("#REF!", message)


def bad_value(message: str = "") -> Error:
    """#VALUE!: a value of the wrong kind."""
    return Error("#VALUE!", message)


def bad_number(message: str = "") -> Error:
    """#NUM!: a number outside what the function takes, or too large to hold."""
    return Error("#NUM!", message)


def unknown_name(message: str = "") -> Error:
    """#NAME?: nobody knows this function or named range."""
    return Error("#NAME?", message)


def wrong_kind(function: str, parameter: int, wanted: str, text: str) -> Error:
    """#VALUE! in Google's words, for a text where a number or a boolean is wanted."""
    return bad_value(
        f"Function {function} parameter {parameter} expects {wanted} values. "
        f"But '{text}' is a text and cannot be coerced to a {wanted}."
    )


def different_sizes(function: str) -> Error:
    """#VALUE! in Google's words, for ranges that do not lie side by side."""
    return bad_value(f"Array arguments to {function} are of different size.")


def divided_by_zero(function: str = "DIVIDE") -> Error:
    """#DIV/0! in Google's words."""
    return Error("#DIV/0!", f"Function {function} parameter 2 cannot be zero.")


def unreadable(message: str = "Formula parse error.") -> Error:
    """#ERROR!: the formula cannot be read, or asks for what is not built here."""
    return Error("#ERROR!", message)


NO_ARRAYS = unreadable("Formulas that work on or fill several cells at once are not supported here.")

CIRCULAR = bad_reference(
    "Circular dependency detected. To resolve with iterative calculation, see File > Settings."
)
