"""The sidebar as an operator sees it: cards with names, forms with labels, answers in words."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

MAIN = ("Sync from Shopify", "Sync Catalogue", "Import Keys", "Refresh Inventory")

ADVANCED = (
    "Order status",
    "Release Keys",
    "Clear Order Cache",
    "Replace key",
    "Withdraw Keys",
    "Quarantine",
    "Waiting orders",
    "Close order",
    "Give keys by hand",
)


class Panel:
    """Everything is found by what a person reads or hears: role, name, label."""

    def __init__(self, root: Page | FrameLocator) -> None:
        self.root = root

    def card(self, name: str) -> Locator:
        return self.root.get_by_role("region", name=name, exact=True)

    def answer(self, name: str) -> Locator:
        """What the card says, which a screen reader is told of as it changes."""
        return self.card(name).get_by_role("status")

    def turn_to(self, part: str) -> None:
        self.root.get_by_role("tab", name=part).click()

    def open(self, name: str) -> Locator:
        """The card, in sight and with its form unfolded."""
        self.turn_to("Main" if name in MAIN else "Advanced")
        if name in ADVANCED and self._heading(name).get_attribute("aria-expanded") == "false":
            self._heading(name).click()
        return self.card(name)

    def fold(self, name: str) -> None:
        """The card's form is folded away."""
        if self._heading(name).get_attribute("aria-expanded") == "true":
            self._heading(name).click()

    def _heading(self, name: str) -> Locator:
        return self.card(name).get_by_role("button", name=name, exact=True)

    def press(self, name: str, button: str = "", **fields: str) -> None:
        """Fills the card's form in by its labels (`Key codes` is `Key_codes`), and clicks its button."""
        card = self.open(name)
        for label, value in fields.items():
            card.get_by_role("textbox", name=re.compile(rf"^{label.replace('_', ' ')}")).fill(value)
        card.get_by_role("button", name=button or name, exact=True).last.click()

    def confirm(self, name: str, button: str, says: str) -> None:
        """Reads the question, which must say this, and answers yes by the button of this name."""
        question = self.card(name).get_by_role("group", name="Please confirm")
        expect(question).to_contain_text(says)
        question.get_by_role("button", name=button, exact=True).click()
        expect(question).to_have_count(0)

    def says(self, name: str, words: str) -> None:
        """The card comes to say this."""
        expect(self.answer(name)).to_contain_text(words)

    def keys(self, name: str) -> list[str]:
        """The key codes that the card shows."""
        expect(self.card(name).locator("code").first).to_be_visible()
        return self.card(name).locator("code").all_text_contents()
