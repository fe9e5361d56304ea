"""Every route: who may call it, and which operation it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """Who may call it (everybody where empty), and which operation it is, if it is one."""

    roles: tuple[str, ...] = ()
    operation: str = ""


OPERATOR = ("operator", "admin")
ZAP = ("zap", *OPERATOR)
SCHEDULER = ("scheduler", *OPERATOR)

ROUTES: Mapping[tuple[str, str], Route] = {
    ("POST", "/orders"): Route(ZAP),
    ("GET", "/orders/<path:order_id>"): Route(OPERATOR, "status"),
    ("POST", "/orders/status"): Route(OPERATOR, "status"),
    ("POST", "/orders/release"): Route(OPERATOR, "release"),
    ("POST", "/orders/clear"): Route(OPERATOR, "clear"),
    ("POST", "/orders/replace"): Route(OPERATOR, "replace"),
    ("POST", "/orders/close"): Route(OPERATOR, "close"),
    ("POST", "/orders/forget"): Route(OPERATOR, "forget"),
    ("POST", "/orders/reconcile"): Route(SCHEDULER, "reconcile"),
    ("POST", "/orders/mark"): Route(OPERATOR, "mark"),
    ("POST", "/orders/delivered"): Route(ZAP, "delivered"),
    ("POST", "/orders/resend"): Route(OPERATOR, "resend"),
    ("POST", "/orders/retry-waiting"): Route(OPERATOR, "retry-waiting"),
    ("POST", "/catalogue/pull"): Route(OPERATOR, "pull"),
    ("POST", "/catalogue/publish"): Route(OPERATOR, "publish"),
    ("POST", "/keys/import"): Route(OPERATOR, "import"),
    ("POST", "/keys/withdraw"): Route(OPERATOR, "withdraw"),
    ("POST", "/keys/restore"): Route(OPERATOR, "restore"),
    ("GET", "/keys/quarantine"): Route(OPERATOR, "quarantine"),
    ("POST", "/stock/push"): Route(OPERATOR, "push"),
    ("POST", "/inventory/refresh"): Route(SCHEDULER, "refresh"),
    ("POST", "/outbox/send"): Route(SCHEDULER, "send"),
    ("POST", "/archive"): Route(SCHEDULER, "archive"),
    ("POST", "/rebuild"): Route(OPERATOR, "rebuild"),
    ("GET", "/audit"): Route(SCHEDULER, "audit"),
    ("GET", "/health"): Route(),
    ("GET", "/openapi.json"): Route(),
}
