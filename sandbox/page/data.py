"""What the page asks for: spreadsheets, rows, charts, news, and the function behind the sidebar."""

from __future__ import annotations

from sandbox.book import Book, Json, Tab
from sandbox.errors import bad_request
from sandbox.forwarding import Function
from sandbox.page.charts import charts_of
from sandbox.page.outline import outline
from sandbox.page.rows import rows_of
from sandbox.panes import Panes
from sandbox.shelf import Shelf

# A question for news is answered after so long at the latest; then the page asks again.
PATIENCE_S = 20.0


class PageData:
    """Each method takes what was asked, by name."""

    def __init__(self, shelf: Shelf, panes: Panes, function: Function) -> None:
        self._shelf = shelf
        self._panes = panes
        self._function = function

    def books(self, asked: Json) -> Json:
        """Every spreadsheet, the one changed last first."""
        found = [
            {"id": book.id, "title": book.title, "modified": book.modified_at} for book in self._shelf.all()
        ]
        return {"books": found}

    def book(self, asked: Json) -> Json:
        return outline(self._book(asked))

    def rows(self, asked: Json) -> Json:
        book = self._book(asked)
        return rows_of(book, _tab(book, asked), number(asked, "from"), number(asked, "to"))

    def charts(self, asked: Json) -> Json:
        book = self._book(asked)
        return charts_of(book, _tab(book, asked))

    def changes(self, asked: Json) -> Json:
        """The spreadsheet's serial, as soon as it is another than `after`; after some seconds the same."""
        live = self._shelf.get(str(asked.get("spreadsheet", "")))
        return {"serial": live.next_after(number(asked, "after"), PATIENCE_S).serial}

    def panes(self, asked: Json) -> Json:
        return self._panes.shown()

    def function(self, asked: Json) -> Json:
        """What the sidebar's script properties say."""
        return {"url": self._function.url, "token": self._function.token}

    def fetch(self, asked: Json) -> Json:
        return self._function.fetch(asked)

    def _book(self, asked: Json) -> Book:
        return self._shelf.get(str(asked.get("spreadsheet", ""))).book


def _tab(book: Book, asked: Json) -> Tab:
    return book.grid(number(asked, "tab"))


def number(asked: Json, name: str) -> int:
    """A number of the question, from 0 on."""
    text = str(asked.get(name, ""))
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise bad_request(f"{name} must be a number from 0 on.")
    return int(text)
