"""What the caller is told: the answer to an order with all its fields, and the same fields for an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fulfillment.answers import mail_of
from fulfillment.model import GivenKey, Reply, bundle_of

_ACCESS = {"combined": "full access", "content": "course only", "exam": "exam only"}

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=lambda name: name is not None and name.endswith(".html"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def answer_body(reply: Reply, request_id: str) -> dict[str, object]:
    """The answer to an order: always all fields, in the order of the documented sample, ids as text."""
    answer, status, reason = reply.answer, reply.answer.outcome, reply.answer.reason
    if answer.outcome == "closed":
        status, reason = "skipped", "closed"
    return _blank_answer() | {
        "status": status,
        "reason": reason,
        "message": reply.message or answer.message,
        "send_email": reply.send_email,
        "order_id": answer.order_id,
        "order_name": answer.order_name,
        "customer_name": answer.customer,
        "email": answer.email,
        "deliver_to": reply.deliver_to,
        "mode": answer.mode,
        "key_count": len(reply.keys),
        "keys_text": _rendered("keys.txt", reply.keys),
        "keys_html": _rendered("keys.html", reply.keys),
        "replayed": reply.replayed,
        "changed": reply.changed,
        "warnings": list(reply.warnings),
        "keys": [key._asdict() for key in reply.keys],
        "skipped": [
            {"sku": item.sku, "quantity": item.quantity, "title": item.title} for item in reply.skipped
        ],
        "shortages": [dict(shortage) for shortage in reply.shortages],
        "request_id": _named_by_mail(request_id, reply),
    }


def _named_by_mail(request_id: str, reply: Reply) -> str:
    """The request's id; where the keys go out by another mail than the order's first, also which.

    The Zap's last step sends it back, so that the report of an old mail is not taken for that of the new
    one: the answer's fields are fixed, and this one has no form of its own.
    """
    mail = mail_of(reply.answer)
    return f"{request_id}.m{mail}" if reply.keys and mail > 1 else request_id


def error_body(
    code: str, message: str, request_id: str, fields: Mapping[str, str] | None = None
) -> dict[str, object]:
    """The fields of an answer, empty, with what went wrong, and a sentence for each field that was wrong.

    A Zap that maps the fields of an answer finds them in an error too.
    """
    told = {"status": "error", "reason": code, "message": message, "request_id": request_id}
    return _blank_answer() | told | {"fields": dict(fields or {})}


def _blank_answer() -> dict[str, object]:
    return {
        "status": "",
        "reason": "",
        "message": "",
        "send_email": False,
        "order_id": "",
        "order_name": "",
        "customer_name": "",
        "email": "",
        "deliver_to": "",
        "mode": "",
        "key_count": 0,
        "keys_text": "",
        "keys_html": "",
        "replayed": False,
        "changed": False,
        "warnings": [],
        "keys": [],
        "skipped": [],
        "shortages": [],
        "request_id": "",
    }


def _rendered(template: str, keys: Sequence[GivenKey]) -> str:
    """The keys for a person to read, grouped by product; "" where there are none."""
    if not keys:
        return ""
    return _TEMPLATES.get_template(template).render(products=_by_title(keys)).strip()


def _by_title(keys: Sequence[GivenKey]) -> dict[str, list[dict[str, str]]]:
    """The keys of each product's title, both in the order of the answer."""
    products: dict[str, list[dict[str, str]]] = {}
    for key in keys:
        entry = {"opens": _opens(key), "keycode": key.keycode}
        products.setdefault(key.title or key.sku, []).append(entry)
    return products


def _opens(key: GivenKey) -> str:
    """What a key opens, in a customer's words: `NASM CPT + CNC, full access`."""
    courses = bundle_of(key.product_code)
    course = courses.replace("-", " + ") if courses else key.product_code
    return f"{key.provider} {course}, {_ACCESS.get(key.component, key.component)}"
