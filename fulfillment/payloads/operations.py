"""What the sidebar, the Zap's last step and the scheduler send to the operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from fulfillment.errors import InvalidFields
from fulfillment.payloads.lines import SKU_LIMIT, opened
from fulfillment.payloads.pasted import COLUMNS, column_of, names, rows_of_csv
from fulfillment.payloads.references import reference
from fulfillment.payloads.texts import (
    WrongValue,
    exact_text,
    is_blank,
    one_line,
    repr_of,
    shown,
    trimmed,
    undamaged_text,
)

KEYCODE_LIMIT = 500
CELL_LIMIT = 2_000
"""A whole row may have been pasted into one cell."""
ORDERS_LIMIT = 5_000

_YES = frozenset({"true", "yes", "y", "on", "1"})
_NO = frozenset({"false", "no", "n", "off", "0", ""})
_UNIT = re.compile(r"[0-9]+\.[0-9]+")


def _flag(value: object) -> bool:
    word = trimmed(value).lower() if isinstance(value, str) else repr_of(value)
    if word not in _YES | _NO:
        raise WrongValue(f"{shown(value)} is neither yes nor no; send true or false.")
    return word in _YES


def _entries(value: object, separators: str) -> list[object]:
    """The entries of a list, or of a text in which they are separated."""
    if isinstance(value, str):
        return [entry for entry in re.split(separators, value) if trimmed(entry)]
    return list(value) if isinstance(value, list | tuple) else [value]


def _references(value: object) -> tuple[str, ...]:
    entries = _entries(value, r"[\s,;]+")
    if not entries:
        raise WrongValue("It names no order; send at least one order id.")
    if len(entries) > ORDERS_LIMIT:
        raise WrongValue(f"It names {len(entries):,} orders; at most {ORDERS_LIMIT:,} are possible at once.")
    return tuple(dict.fromkeys(_reference(entry, number) for number, entry in enumerate(entries, start=1)))


def _reference(entry: object, number: int) -> str:
    try:
        return reference(entry)
    except WrongValue as problem:
        raise WrongValue(f"Entry {number}: {problem}") from None


def _units(value: object) -> tuple[str, ...]:
    # A number 1.10 still has its zero here, for bodies keep the digits of numbers.
    texts = [one_line(entry) for entry in _entries(value, r"[\s,;]+")] if not is_blank(value) else []
    pieces = [piece.strip() for text in texts for piece in text.split("+")]
    if not pieces and not is_blank(value):
        # To release nothing in particular is to release everything: that must be meant.
        raise WrongValue("It names no piece; leave it out for the whole order.")
    for piece in pieces:
        if not _UNIT.fullmatch(piece):
            raise WrongValue(f"{shown(piece)} is not a piece; pieces are written like 1.1 (line.piece).")
    return tuple(dict.fromkeys(pieces))


def _keycode(value: object) -> str:
    keycode = exact_text(value, KEYCODE_LIMIT)
    if not keycode:
        raise WrongValue("It is missing; send the key code.")
    return keycode


def _rows(value: object) -> list[dict[str, str]]:
    rows = opened(value)
    if not isinstance(rows, list | tuple):
        raise WrongValue(f"It must be a list of rows with {names()}.")
    return [_row(row, number) for number, row in enumerate(rows, start=1)]


def _row(row: object, number: int) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise WrongValue(f"Row {number} is not an object with {names()}.")
    cells = {column_of(str(heading)): value for heading, value in row.items()}
    # It would pass for a blank row, and its key would be lost without a word.
    if set(cells) == {None}:
        raise WrongValue(f"Row {number} has none of the columns {names()}.")
    return {column: _cell(cells.get(column), column, number) for column in COLUMNS}


def _cell(value: object, column: str, number: int) -> str:
    try:
        # Only codes are harmed by a number's notation. All else the import judges, row by row.
        return one_line(value) if column == "seats" else undamaged_text(value, CELL_LIMIT)
    except WrongValue as problem:
        raise WrongValue(f"Row {number}, {column}: {problem}") from None


Flag = Annotated[bool, BeforeValidator(_flag)]
Reference = Annotated[str, BeforeValidator(reference)]
Remark = Annotated[str, BeforeValidator(one_line)]


class Body(BaseModel):
    """The fields of one operation; null is a field left out, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    also_known: ClassVar[tuple[str, ...]] = ()
    """Fields that are taken in another field's place."""

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        return (*cls.model_fields, *cls.also_known)


class EmptyBody(Body):
    """An operation that needs no word."""


class OrderBody(Body):
    """An operation on one order; a name such as `#1042` is still to be looked up."""

    order_id: Reference


class StatusBody(OrderBody):
    """What happened to an order?"""


class ClearBody(OrderBody):
    """Forget the order's answer."""


class DeliveredBody(OrderBody):
    """The order's mail was sent."""


class ReleaseBody(OrderBody):
    """Give back seats: of one SKU, of some pieces (`1.1`, a bundle seat's each by itself), or all."""

    sku: Annotated[str, BeforeValidator(lambda value: exact_text(value, SKU_LIMIT))] = ""
    units: Annotated[tuple[str, ...], BeforeValidator(_units)] = ()
    quarantine: Flag = False
    reason: Remark = ""


class ReplaceBody(OrderBody):
    """Give the order another key for this one."""

    keycode: Annotated[str, BeforeValidator(_keycode)] = Field(repr=False)


class CloseBody(Body):
    """These orders were served by hand. One may come as `order_id`; each is named once."""

    also_known = ("order_id",)

    order_ids: Annotated[tuple[str, ...], BeforeValidator(_references)]
    reason: Remark = ""

    @model_validator(mode="before")
    @classmethod
    def _join_order_id(cls, data: dict[str, Any]) -> dict[str, Any]:
        others = {name: value for name, value in data.items() if name != "order_id"}
        if is_blank(data.get("order_id")):
            return others
        return others | {"order_ids": [*_entries(data.get("order_ids", ""), r"[\s,;]+"), data["order_id"]]}


class ImportBody(Body):
    """Keys to import: `rows`, each with all columns as text, also where they came as `csv`.

    `rows` is None where neither came: the keys are those of the tab.
    """

    also_known = ("csv",)

    rows: Annotated[list[dict[str, str]] | None, BeforeValidator(_rows)] = Field(default=None, repr=False)
    dry_run: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _read_csv(cls, data: dict[str, Any]) -> dict[str, Any]:
        if "csv" not in data:
            return data
        if "rows" in data:
            raise InvalidFields({"csv": "It came together with rows; send one of them."})
        if not isinstance(data["csv"], str) or is_blank(data["csv"]):
            # Never the tab instead: an empty file is a mistake, not a wish.
            raise InvalidFields({"csv": "It has no rows; send CSV text, or leave it out to import the tab."})
        others = {name: value for name, value in data.items() if name != "csv"}
        return others | {"rows": rows_of_csv(data["csv"])}


class PublishBody(Body):
    """Publish the catalogue, or only say what would be published."""

    dry_run: Flag = False


AnyBody = TypeVar("AnyBody", bound=Body)


def read(model: type[AnyBody], body: Mapping[str, object]) -> AnyBody:
    """The fields of an operation. Raises InvalidFields with a sentence for each field that is wrong."""
    try:
        return model.model_validate({name: value for name, value in body.items() if value is not None})
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False, include_input=False)
    raise InvalidFields({str(error["loc"][0]): _sentence(error, model) for error in errors})


def _sentence(error: ErrorDetails, model: type[Body]) -> str:
    match error["type"]:
        case "missing":
            return "It is missing."
        case "extra_forbidden":
            return _hint(str(error["loc"][0]), model)
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return f"{error['msg']}."


def _hint(name: str, model: type[Body]) -> str:
    known = model.field_names()
    if not known:
        return "This field is not known here; this operation takes none."
    close = get_close_matches(name.lower(), known, n=1) or [field for field in known if name.lower() in field]
    meant = f"did you mean {close[0]}?" if close else f"the fields are {', '.join(known)}."
    return f"This field is not known here; {meant}"
