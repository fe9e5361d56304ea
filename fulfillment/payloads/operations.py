"""What the sidebar, the Zap's last step and the scheduler send to the operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from fulfillment.errors import InvalidFields
from fulfillment.payloads.fields import (
    Flag,
    Keycode,
    Keycodes,
    Reference,
    References,
    Remark,
    Rows,
    Sku,
    Units,
    entries,
)
from fulfillment.payloads.pasted import numbered_rows_of_csv
from fulfillment.payloads.texts import is_blank


class OperationBody(BaseModel):
    """The fields of one operation; null is a field left out, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    also_known: ClassVar[tuple[str, ...]] = ()
    """Fields that are taken in another field's place."""

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        return (*cls.model_fields, *cls.also_known)


class EmptyBody(OperationBody):
    """An operation that needs no word."""


class OrderBody(OperationBody):
    """An operation on one order; a name such as `#1042` is still to be looked up."""

    order_id: Reference


class StatusBody(OrderBody):
    """What happened to an order?"""


class ClearBody(OrderBody):
    """Forget the order's answer."""


_MAIL = re.compile(r"\.m(\d{1,9})$")


class DeliveredBody(OrderBody):
    """The order's mail was sent; `request_id` is that of the answer whose keys it had."""

    request_id: Remark = ""

    @property
    def mail(self) -> int | None:
        """Which of the order's mails it was, as the answer's request id says; None without one."""
        found = _MAIL.search(self.request_id)
        return int(found[1]) if found else 1 if self.request_id else None


class ResendBody(OrderBody):
    """Mail the order's keys again; `for_real` to the customer, where that was a test before."""

    for_real: Flag = False


class RetryBody(OperationBody):
    """Serve the waiting orders that the stock serves whole, or only say which."""

    dry_run: Flag = False


class ReleaseBody(OrderBody):
    """Give back seats: of one SKU, of some pieces (`1.1`, a bundle seat's each by itself), or all."""

    sku: Sku = ""
    units: Units = ()
    quarantine: Flag = False
    reason: Remark = ""
    dry_run: Flag = False


class ForgetBody(OrderBody):
    """Blank name and address of the order's customer, or only say where."""

    dry_run: Flag = False


class ReplaceBody(OrderBody):
    """Give the order another key for this one."""

    keycode: Keycode = Field(repr=False)
    dry_run: Flag = False


class CloseBody(OperationBody):
    """These orders were served by hand. One may come as `order_id`; each is named once."""

    also_known = ("order_id",)

    order_ids: References
    reason: Remark = ""

    @model_validator(mode="before")
    @classmethod
    def _join_order_id(cls, data: dict[str, object]) -> dict[str, object]:
        others = {name: value for name, value in data.items() if name != "order_id"}
        if is_blank(data.get("order_id")):
            return others
        return others | {"order_ids": [*entries(data.get("order_ids", "")), data["order_id"]]}


class ImportBody(OperationBody):
    """Keys to import: `rows`, each with all columns as text, also where they came as `csv`.

    `rows` is None where neither came: the keys are those of the tab. `lines`: where they stand in the CSV.
    """

    also_known = ("csv",)

    rows: Rows = Field(default=None, repr=False)
    lines: tuple[int, ...] = ()

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        return "rows", "csv", "dry_run"

    dry_run: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _read_csv(cls, data: dict[str, object]) -> dict[str, object]:
        if "lines" in data:
            raise InvalidFields({"lines": "This field is not known here; lines are counted."})
        if "csv" not in data:
            return data
        if "rows" in data:
            raise InvalidFields({"csv": "It came together with rows; send one of them."})
        if not isinstance(data["csv"], str) or is_blank(data["csv"]):
            # Never the tab instead: an empty file is a mistake, not a wish.
            raise InvalidFields({"csv": "It has no rows; send CSV text, or leave it out to import the tab."})
        others = {name: value for name, value in data.items() if name != "csv"}
        numbered = numbered_rows_of_csv(data["csv"])
        return others | {"rows": [row for _, row in numbered], "lines": [line for line, _ in numbered]}


class WithdrawBody(OperationBody):
    """Take keys out of stock: those of a batch, or these codes (a list, or one a line)."""

    batch: Remark = ""
    codes: Keycodes = Field(default=(), repr=False)
    quarantined: Flag = False
    reason: Remark = ""
    dry_run: Flag = False

    @model_validator(mode="after")
    def _check_choice(self) -> WithdrawBody:
        # An empty filter would match every key there is.
        if bool(self.batch) == bool(self.codes):
            raise InvalidFields({"codes": "Send either a batch, or codes, and not both."})
        return self


class RestoreBody(OperationBody):
    """Put quarantined seats of these codes (a list, or one a line) back into stock."""

    codes: Keycodes = Field(repr=False)
    reason: Remark = ""
    dry_run: Flag = False

    @model_validator(mode="after")
    def _check_codes(self) -> RestoreBody:
        if not self.codes:
            raise InvalidFields({"codes": "It names no key; send at least one code."})
        return self


class ReconcileBody(OperationBody):
    """Compare the shop's orders since then, or since LIVE_SINCE. A time without offset is the shop's own."""

    since: datetime | None = None

    @field_validator("since", mode="before")
    @classmethod
    def _read_since(cls, typed: object) -> datetime | None:
        if is_blank(typed):
            return None
        try:
            return datetime.fromisoformat(str(typed).strip())
        except ValueError:
            raise ValueError("Write a day or a time, like 2026-12-01 or 2026-12-01T09:00-05:00.") from None


class MarkBody(OrderBody):
    """Mark what was served of this order as fulfilled in the shop."""


class PushBody(OperationBody):
    """Give the shop its stock, or say what that would change; `confirm` is the code that was shown."""

    dry_run: Flag = False
    confirm: Remark = ""
    fix: Flag = False


class RestoreLevelsBody(OperationBody):
    """Put the stock of a snapshot back: of this one, as the command wrote it, or of the newest tab."""

    record: str = Field(default="", repr=False)
    confirm: Remark = ""


class PublishBody(OperationBody):
    """Publish the catalogue, or only say what would be published."""

    dry_run: Flag = False


class RebuildBody(OperationBody):
    """Rebuild missing rows, or only say which; `accept` gives up those that nothing tells."""

    accept: Flag = False
    dry_run: Flag = False


AnyBody = TypeVar("AnyBody", bound=OperationBody)


def read(model: type[AnyBody], body: Mapping[str, object]) -> AnyBody:
    """The fields of an operation. Raises InvalidFields with a sentence for each field that is wrong."""
    try:
        return model.model_validate({name: value for name, value in body.items() if value is not None})
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False, include_input=False)
    raise InvalidFields({str(error["loc"][0]): _sentence(error, model) for error in errors})


def _sentence(error: ErrorDetails, model: type[OperationBody]) -> str:
    match error["type"]:
        case "missing":
            return "It is missing."
        case "extra_forbidden":
            return _hint(str(error["loc"][0]), model)
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return f"{error['msg']}."


def _hint(name: str, model: type[OperationBody]) -> str:
    known, name = model.field_names(), name.lower()[:40]
    if not known:
        return "This field is not known here; this operation takes none."
    close = get_close_matches(name, known, n=1) or [field for field in known if name in field]
    meant = f"did you mean {close[0]}?" if close else f"the fields are {', '.join(known)}."
    return f"This field is not known here; {meant}"
