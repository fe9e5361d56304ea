"""A real browser for all tests here; for each module a local Google, a function, and a page."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox import forwarding
from sandbox.server import Sandbox
from tests.browser.chromium import CHROMIUM, FLAGS, SCREEN
from tests.browser.desk import Desk
from tests.browser.panel import Panel
from tests.browser.pictures import FOLDER, shoot
from tests.local import TOKENS, Function, Workbook, free_port

FAILED = pytest.StashKey[bool]()

PATIENCE_MS = 20_000
"""On a busy machine an order, or the page, may take so long."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there: tests/browser/install.sh installs it, or says why it cannot")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def port() -> int:
    """Where the module's function is, or will be."""
    return free_port()


@pytest.fixture(scope="module")
def google(port: int) -> Iterator[str]:
    """A local Google of the module's own: its page calls the module's function."""
    function = forwarding.Function(f"http://127.0.0.1:{port}", TOKENS["operator"])
    with Sandbox(function=function) as sandbox:
        yield sandbox.url


@pytest.fixture(scope="module")
def function(shop: Workbook, port: int) -> Iterator[Function]:
    with Function(shop, port=port) as function:
        yield function


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets the page know that its test failed."""
    report = yield
    item.stash[FAILED] = report.failed
    return report


@dataclass
class Window:
    """An open page, and what went wrong on it: scripts that failed, and what popped up."""

    page: Page
    broken: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def windows() -> Iterator[list[Window]]:
    """The pages that a test left open for the next one; to load one costs more than most tests."""
    windows: list[Window] = []
    yield windows
    for window in windows:
        window.page.context.close()


def opened(browser: Browser) -> Window:
    window = Window(browser.new_page(viewport=SCREEN, permissions=["clipboard-read", "clipboard-write"]))
    window.page.set_default_timeout(PATIENCE_MS)
    window.page.on("pageerror", lambda error: window.broken.append(str(error)))
    window.page.on("dialog", lambda dialog: (window.broken.append(dialog.message), dialog.dismiss()))
    return window


@pytest.fixture
def page(browser: Browser, windows: list[Window], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose scripts must not fail, and on which nothing may pop up that a text brought along.

    How it looked when its test failed is kept.
    """
    window = windows.pop() if windows else opened(browser)
    yield window.page
    if request.node.stash.get(FAILED, False):
        shoot(window.page, FOLDER, f"failed {request.node.name}")
        window.page.close()
    elif not window.page.is_closed():
        window.page.context.unroute_all()
        windows.append(window)
    assert window.broken == []


@pytest.fixture
def desk(page: Page, google: str, shop: Workbook, function: Function) -> Desk:
    return Desk(page, f"{google}/?spreadsheet={shop.id}")


@pytest.fixture
def panel(desk: Desk) -> Panel:
    return desk.panel
