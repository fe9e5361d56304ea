"""The border where strangers speak: every shape of orders and operations, and their answers."""

from fulfillment.payloads.answers import answer_body, error_body
from fulfillment.payloads.bodies import read_body
from fulfillment.payloads.described import OrderAnswer, PostedOrder
from fulfillment.payloads.encodings import text_of_table
from fulfillment.payloads.operations import (
    ClearBody,
    CloseBody,
    DeliveredBody,
    EmptyBody,
    ForgetBody,
    ImportBody,
    MarkBody,
    OperationBody,
    PublishBody,
    PushBody,
    RebuildBody,
    ReconcileBody,
    ReleaseBody,
    ReplaceBody,
    ResendBody,
    RestoreBody,
    RestoreLevelsBody,
    RetryBody,
    StatusBody,
    WithdrawBody,
    read,
)
from fulfillment.payloads.orders import read_order
from fulfillment.payloads.pasted import rows_of_csv
from fulfillment.payloads.references import order_reference

__all__ = [
    "ClearBody",
    "CloseBody",
    "DeliveredBody",
    "EmptyBody",
    "ForgetBody",
    "ImportBody",
    "MarkBody",
    "OperationBody",
    "OrderAnswer",
    "PostedOrder",
    "PublishBody",
    "PushBody",
    "RebuildBody",
    "ReconcileBody",
    "ReleaseBody",
    "ReplaceBody",
    "ResendBody",
    "RestoreBody",
    "RestoreLevelsBody",
    "RetryBody",
    "StatusBody",
    "WithdrawBody",
    "answer_body",
    "error_body",
    "order_reference",
    "read",
    "read_body",
    "read_order",
    "rows_of_csv",
    "text_of_table",
]
