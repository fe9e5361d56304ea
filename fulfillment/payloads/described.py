"""An order and its answer, as they are documented: the shapes that a reader of the description sees."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PostedLine(BaseModel):
    """One line of an order that comes nested."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    sku: str = Field(default="", description="Empty for tips and custom items.")
    quantity: int = Field(ge=0, le=10_000)
    title: str = ""


class PostedOrder(BaseModel):
    """A paid order as the Zap posts it. Shopify's own orders, forms and flattened keys are understood too."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    order_id: str = Field(
        min_length=1, description="The shop's id of the order; the same id is the same order."
    )
    order_name: str = Field(default="", description="As people say it, like #1042.")
    email: str = ""
    customer_name: str = ""
    region: str = Field(default="", description="Empty for the default region.")
    line_items_sku: str = Field(default="", description="The SKUs of the lines, separated by commas.")
    line_items_quantity: str = Field(default="", description="As many quantities, in the same order.")
    line_items: list[PostedLine] | None = Field(default=None, description="Instead of the two lists.")


class AnsweredKey(BaseModel):
    """A seat that the order holds."""

    unit: str = Field(
        description="Line and piece, 2.1 is the first piece of line 2; a bundle's are joined by +."
    )
    sku: str
    title: str
    entitlements: str
    region: str
    provider: str
    product_code: str
    component: str
    keycode: str


class AnsweredLine(BaseModel):
    """A line that a person fulfils."""

    sku: str
    quantity: int
    title: str


class AnsweredShortage(BaseModel):
    """What there was too little of."""

    entitlement: str
    region: str
    wanted: int
    available: int


class OrderAnswer(BaseModel):
    """The answer to an order: always all of these fields, empty where there is nothing to say."""

    status: Literal["fulfilled", "failed", "skipped", "released", "error"]
    reason: str
    message: str = Field(description="A sentence for a person.")
    send_email: bool = Field(description="The Zap's gate: is there a mail with keys to be sent?")
    order_id: str
    order_name: str
    customer_name: str
    email: str
    deliver_to: str = Field(
        description="Where the mail goes: the customer, or in test mode the test recipient."
    )
    mode: Literal["test", "live", ""]
    key_count: int
    keys_text: str
    keys_html: str
    replayed: bool
    changed: bool
    warnings: list[str]
    keys: list[AnsweredKey]
    skipped: list[AnsweredLine]
    shortages: list[AnsweredShortage]
    request_id: str
    fields: dict[str, str] = Field(
        default_factory=dict, description="In an error: what is wrong with which field."
    )
