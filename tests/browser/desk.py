"""An operator's desk: the workbook in the browser, with the panel and the other panes beside it.

Cells are found as a person finds them: the row that shows a word, and the column under a heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from tests.browser.panel import Panel
from tests.local import ROOT

APPS_SCRIPT = ROOT / "apps_script"


class Desk:
    """The page at the local Google's address."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.panel = Panel(page.frame_locator("iframe.sidebar"))
        if page.url.partition("#")[0] == url:
            self._open_anew()
        else:
            page.goto(url)
        fresh = self.panel.root.locator("html:not([data-old])")
        expect(fresh.get_by_role("tab", name="Main")).to_be_visible()

    def _open_anew(self) -> None:
        """The panel as it is when the menu has opened it; what was going on in it comes to its end before."""
        expect(self.panel.root.locator('[aria-busy="true"]')).to_have_count(0)
        self.panel.root.locator("html").evaluate("page => { page.dataset.old = true; }")
        self.choose("NPTA Control Panel", "Open")

    def choose(self, menu: str, item: str) -> None:
        """An item of a menu, clicked."""
        self.page.get_by_role("menubar").get_by_role("menuitem", name=menu).click()
        self.page.get_by_role("menu").get_by_role("menuitem", name=item).click()

    # ---- the workbook

    def tabs(self) -> list[str]:
        """The titles of the tabs in the strip."""
        return self.page.get_by_role("tablist", name="Tabs").get_by_role("tab").all_inner_texts()

    def turn_to(self, tab: str) -> None:
        """The tab of this title, in sight."""
        strip = self.page.get_by_role("tablist", name="Tabs")
        button = strip.get_by_role("tab", name=re.compile(f"{tab}$"))
        button.click()
        expect(button).to_have_attribute("aria-selected", "true")
        expect(self._line(0).locator(".words").first).to_be_visible()

    def cell(self, word: str, heading: str) -> Locator:
        """In the row that shows this word, the cell below this heading."""
        row = self.page.locator("#grid .slick-row").filter(has=self.page.get_by_text(word, exact=True))
        return row.locator(f".l{self._column(heading)}")

    def cell_at(self, number: int, heading: str) -> Locator:
        """In the row of this number, the cell below this heading."""
        return self._line(number - 1).locator(f".l{self._column(heading)}")

    def shows(self, word: str, heading: str, text: str) -> None:
        """The cell comes to show this, by itself."""
        expect(self.cell(word, heading)).to_contain_text(text)

    def type(self, cell: Locator, text: str) -> None:
        """Types into a cell, over what is in it."""
        cell.click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        expect(cell).to_contain_text(text)

    def paste(self, cell: Locator, rows: Sequence[Sequence[str]]) -> None:
        """Pastes a block, its corner in this cell; a warning that others write there is answered by OK."""
        text = "\n".join("\t".join(row) for row in rows)
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        cell.click()
        self.page.keyboard.press("Control+V")
        warning = self.page.get_by_role("dialog").filter(has_text="Heads up!")
        pasted = cell.filter(has_text=rows[0][0])
        expect(warning.or_(pasted)).to_be_visible()
        if warning.is_visible():
            warning.get_by_role("button", name="OK").click()
        expect(pasted).to_be_visible()

    def _line(self, row: int) -> Locator:
        return self.page.locator(f'#grid .slick-row[data-row="{row}"]')

    def _column(self, heading: str) -> int:
        found = self._line(0).get_by_role("gridcell").filter(has_text=re.compile(f"^{heading}"))
        name = re.search(r"\bl(\d+)\b", found.get_attribute("class") or "")
        assert name, f"{heading} is no heading of this tab"
        return int(name[1])

    # ---- beside it

    def show(self, pane: str) -> Locator:
        """One of the panes at the right, in sight."""
        button = self.page.get_by_role("navigation").get_by_role("button", name=pane)
        if button.get_attribute("aria-pressed") != "true":
            button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        return self.page.get_by_role("complementary", name="Beside the workbook")

    def open_panel(self) -> Panel:
        self.show("Control panel")
        return self.panel

    def post(self, number: str, skus: str, quantities: str = "1", email: str = "ada@example.com") -> Locator:
        """What the Zap is told of order `#number`, which it posts (again) by the form for it."""
        pane = self.show("Post an order")
        fields = {
            "Order id": f"6855909{number}",
            "Order name": f"#{number}",
            "E-mail": email,
            "Customer": "Ada Bernard",
            "SKUs": skus,
            "Quantities": quantities,
        }
        for label, value in fields.items():
            pane.get_by_role("textbox", name=re.compile(f"^{label}")).fill(value)
        pane.get_by_role("button", name="Post the order").click()
        expect(pane.get_by_text("Working…")).to_have_count(0)
        return pane.locator("form:visible .answer")

    # ---- what operators often do

    def import_keys(self, *keys: str) -> None:
        """Keys (`NASM CNC CNC-2 4`) pasted into their tab, and imported by the panel."""
        rows = [["CANADA", *key.split()[:2], "combined", *key.split()[2:]] for key in keys]
        self.turn_to("Import Keys")
        self.paste(self.cell_at(2, "region"), rows)
        panel = self.open_panel()
        panel.press("Import Keys")
        panel.says("Import Keys", f"{len(keys)} key{'s' if len(keys) > 1 else ''} imported")
        expect(self.cell_at(2, "region")).to_be_empty()

    def clear(self, order: str, says: str) -> None:
        """Clear Order Cache, which then says this."""
        panel = self.open_panel()
        panel.press("Clear Order Cache", "Clear…", Order=order)
        panel.confirm("Clear Order Cache", "Clear Order Cache", says="served this customer by hand")
        panel.says("Clear Order Cache", says)
