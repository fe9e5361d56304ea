"""Who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYERS: dict[str, int] = {
    "model": 1, "errors": 1, "clock": 1,
    "characters": 1, "wares": 1, "record": 2,
    "assortment": 3, "shelves": 3, "comparison": 3, "marks": 3,
    "trade": 5, "storefront": 5, "pushing": 5, "recording": 5, "reconciling": 5,
    "shop_settings": 7, "message_settings": 7,
    "persons": 2, "forgetting": 3, "retention": 5,
    "outbox": 3, "attempts": 3, "mailing": 3,
    "messages": 2, "workbook": 2, "pools": 2, "drawing": 2, "pasting": 2, "damage": 2, "imprint": 2,
    "allocation": 3, "answers": 3, "asked": 3, "cases": 3, "choices": 3, "combination": 3, "release": 3,
    "closing": 3, "references": 3, "stocktake": 3,
    "diagnosis": 3, "trails": 3, "whereabouts": 3, "rebuilding": 3, "rebuilt_seats": 3, "rebuilt_answers": 3,
    "archiving": 3, "catalogue": 3, "withdrawal": 3, "availability": 3, "story": 3, "waiting": 3, "intake": 3,
    "holdings": 3, "replacement": 3, "wording": 3, "misprints": 3, "publication": 3, "health": 3,
    "checklist": 3, "drafting": 5,
    "sales": 2, "alerts": 3, "stockroom": 5, "refreshing": 5,
    "ports": 4, "audit": 4, "audit_rows": 4, "audit_seats": 4, "audit_orders": 4, "audit_gaps": 4,
    "audit_views": 4, "audit_messages": 4,
    "service": 5, "group": 5, "importing": 5, "moving": 5, "telling": 5, "alarms": 5,
    "sheets": 6, "payloads": 6, "gateways": 6,
    "access": 7, "throttle": 7, "checks": 7, "trials": 7, "routes": 7, "logs": 7, "visit": 7, "openapi": 7,
    "operations": 7, "refusals": 7, "api": 7, "settings": 7, "arrivals": 7,
    "app": 8, "cli": 9, "__main__": 9,
}  # fmt: skip

ONLY_IN: dict[str, set[str]] = {
    "gspread": {"sheets"},
    "requests": {"sheets", "gateways"},
    "slack_sdk": {"gateways"},
    "google": {"sheets", "gateways", "app"},
    "flask": {"api", "visit"},
    "werkzeug": {"api", "refusals"},
    "pydantic": {"payloads", "settings", "shop_settings", "message_settings", "sheets", "openapi"},
    "click": {"cli"},
    "gunicorn": {"arrivals"},
}

PACKAGE = ROOT / "fulfillment"

MODULES = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def part_of(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= names if node.module in ("fulfillment", "sandbox") else {str(node.module)}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    part = path.relative_to(ROOT / "fulfillment").parts[0].removesuffix(".py")
    for name in imports(path):
        assert name.split(".")[0] != "sandbox"
        if name.startswith("fulfillment."):
            assert LAYERS[part_of(name)] <= LAYERS[part], name
        elif name.split(".")[0] in ONLY_IN:
            assert part in ONLY_IN[name.split(".")[0]], name


EDGES = ("sheets", "payloads", "gateways")


@pytest.mark.parametrize("edge", EDGES)
def test_the_edges_do_not_know_each_other(edge: str) -> None:
    others = tuple(f"fulfillment.{other}" for other in EDGES if other != edge)
    for path in (PACKAGE / edge).rglob("*.py"):
        assert not any(name.startswith(others) for name in imports(path)), path


def test_the_sandbox_knows_nothing_of_the_product() -> None:
    for path in (ROOT / "sandbox").rglob("*.py"):
        assert not any(name.split(".")[0] == "fulfillment" for name in imports(path)), path
