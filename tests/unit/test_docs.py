"""What the README and the runbook say is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from fulfillment.app import SCHEMA_FILE
from fulfillment.cli import cli
from fulfillment.model import Answer, Reply
from fulfillment.payloads import answer_body, read_order
from fulfillment.routes import ROUTES
from fulfillment.settings import Settings
from fulfillment.sheets.schema import read_schema

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

ROUTE = re.compile(r"`(GET|POST) (/[\w/<>-]*)`")
COMMAND = re.compile(r"python -m fulfillment ([a-z-]+)")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def section(heading: str) -> str:
    """The README below a heading, up to the next one."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table(text: str) -> list[list[str]]:
    """The cells of a table's rows, its header left out."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def json_blocks(text: str) -> list[dict[str, object]]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def routes() -> dict[str, str]:
    """`GET /audit` -> its roles, as the README is to write them."""
    return {
        f"{method} {re.sub('<.*>', '<id>', path)}": ", ".join(route.roles) or "anybody"
        for (method, path), route in ROUTES.items()
    }


def test_the_readme_has_every_route_with_its_roles() -> None:
    rows = table(section("Routes"))
    assert {row[0].strip("`"): row[-1] for row in rows} == routes()


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "sandbox.md"], ids=lambda p: p.name)
def test_every_route_and_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert {" ".join(found) for found in ROUTE.findall(text)} <= routes().keys()
    assert set(COMMAND.findall(text)) <= cli.commands.keys()


def test_the_readme_has_every_command() -> None:
    assert set(COMMAND.findall(section("At a terminal"))) == cli.commands.keys()


def test_the_readme_has_every_setting_with_its_default() -> None:
    defaults = {
        name.upper(): "required" if field.default is PydanticUndefined else str(field.default or "") or "none"
        for name, field in Settings.model_fields.items()
        if name != "k_service"
    }
    assert {row[0].strip("`"): row[1] for row in table(section("Settings"))} == defaults


def test_the_readme_has_every_tab_in_its_order() -> None:
    schema = read_schema(SCHEMA_FILE)
    titles = [schema.dashboard.title, *(tab.title for tab in schema.tabs)]
    assert [row[0].strip("`") for row in table(section("The spreadsheet"))] == titles


def test_every_shape_in_the_readme_is_the_same_order() -> None:
    *shapes, _ = json_blocks(section("An order"))
    orders = [read_order(shape) for shape in shapes]
    asked = [(line.sku, line.quantity) for line in orders[0].lines]
    assert len(orders) == 4
    for order in orders:
        assert (order.order_id, order.order_name, order.email) == (
            "6855909900591",
            "#1042",
            "ada@example.com",
        )
        assert order.customer_name == "Ada Bernard"
        assert [(line.sku, line.quantity) for line in order.lines] == asked == [("NSTB", 1), ("CPT", 2)]


def test_the_answer_in_the_readme_has_the_fields_of_an_answer() -> None:
    *_, shown = json_blocks(section("An order"))
    nobody = Answer("", "1", "", "", "", "CANADA", "skipped", "", "")
    assert list(shown) == list(answer_body(Reply(nobody), "request"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {(ROOT / link).resolve() for link in LINK.findall(README)}
    assert {page.resolve() for page in PAGES[1:]} <= linked


def test_every_folder_in_the_layout_is_there() -> None:
    named = re.findall(r"^    ([\w./]+)  +\S", section("Where what is"), re.MULTILINE)
    assert [path for path in named if not (ROOT / path).exists()] == []
