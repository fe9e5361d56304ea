"""Pictures of each tab of a workbook, of each part of the panel and each form, in test-output/pictures/.

.venv/bin/python -m tests.browser.pictures http://127.0.0.1:8090
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import CHROMIUM, FLAGS, SCREEN
from tests.browser.desk import Desk
from tests.browser.panel import ADVANCED

FOLDER = Path("test-output/pictures")


def take(desk: Desk, folder: Path = FOLDER) -> None:
    """A picture of everything there is to see."""
    for title in desk.tabs():
        desk.turn_to(title)
        shoot(desk.page, folder, title)
    take_panel(desk, folder)


def take_panel(desk: Desk, folder: Path) -> None:
    panel = desk.open_panel()
    panel.turn_to("Main")
    shoot(desk.page, folder, "panel main")
    panel.turn_to("Advanced")
    shoot(desk.page, folder, "panel advanced")
    for name in ADVANCED:
        panel.open(name)
        shoot(desk.page, folder, f"panel {name}")
        panel.fold(name)
    panel.root.get_by_role("button", name="Connection").click()
    expect(panel.card("Connection")).to_be_visible()
    shoot(desk.page, folder, "panel connection")


def shoot(page: Page, folder: Path, title: str) -> None:
    """A picture of the page as it is, under this title."""
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{title.lower().replace(' ', '-')}.png", animations="disabled")


def main(url: str = "http://127.0.0.1:8090") -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        take(Desk(browser.new_page(viewport=SCREEN), url))
        browser.close()
    print(f"{len([*FOLDER.iterdir()])} pictures are in {FOLDER}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
