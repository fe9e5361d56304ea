"""The control panel asks only for what is there: routes of the service, functions of its script."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fulfillment.routes import ROUTES

FOLDER = Path(__file__).parents[2] / "apps_script"
CODE = (FOLDER / "Code.js").read_text(encoding="utf-8")
SIDEBAR = (FOLDER / "Sidebar.html").read_text(encoding="utf-8")

ROUTE = re.compile(r"'(/[a-z/-]+)'")


def test_every_button_calls_a_route_of_the_service() -> None:
    called = {*ROUTE.findall(SIDEBAR), *ROUTE.findall(CODE)}
    there = {path for _, path in ROUTES}
    assert "/orders/release" in called
    assert called <= there


def test_the_page_calls_only_functions_that_google_lets_it_call() -> None:
    called = set(re.findall(r"(?:server|asked)\('(\w+)'", SIDEBAR))
    public = {name for name in re.findall(r"^function (\w+)\(", CODE, re.MULTILINE) if not name.endswith("_")}
    assert called == {"call", "connect", "connection"}
    assert called < public


def test_every_menu_item_leads_to_a_function() -> None:
    items = set(re.findall(r"\.addItem\('[^']+', '(\w+)'\)", CODE))
    assert items == {"showPanel", "showConnection"}
    assert all(f"\nfunction {name}()" in CODE for name in items)


def test_the_script_may_see_no_other_file_and_call_no_other_service() -> None:
    manifest = json.loads((FOLDER / "appsscript.json").read_text(encoding="utf-8"))
    scopes = {scope.removeprefix("https://www.googleapis.com/auth/") for scope in manifest["oauthScopes"]}
    assert scopes == {
        "spreadsheets.currentonly",
        "script.container.ui",
        "script.external_request",
        "userinfo.email",
        "openid",
    }
    assert all(url.startswith("https://") and url.endswith("/") for url in manifest["urlFetchWhitelist"])
