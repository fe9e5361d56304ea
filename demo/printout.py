"""What a person reads: each order, what it got, and the stock before and after."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from demo.options import Options
from demo.post import Mail
from demo.sample import SampleOrder
from demo.shop import TOKEN, Answer, Key, Served, Step
from demo.workbook import Stock

WIDTH = 100
"""Columns at the most, also where the terminal is wider or there is none."""

COLOURS = {"fulfilled": "green", "failed": "red", "skipped": "yellow", "released": "yellow"}

LEVELS = {"ok": "green", "low": "yellow", "out": "red"}

TRY = """
Things to try, in another terminal: the story of an order, a customer in the shop, an order of your own.

  curl -s -H 'Authorization: Bearer {token}' {url}/orders/{order_id}

  curl -s -d '{{"edit": "buy"}}' {sandbox_url}/_sandbox/shopify/person

  curl -s -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
    -d '{{"order_id": "1", "email": "me@example.com", "line_items_sku": "NSTB", "line_items_quantity": 1}}' \\
    {url}/orders"""

Line = tuple[str, Text]
"""A label and what it says."""


class Printout:
    """Prints as things happen; plain where nobody looks at a terminal."""

    def __init__(self, products: Mapping[str, str]) -> None:
        """`products` are the names of the SKUs."""
        self._console = _console()
        self._products = products
        self._number = 0

    def heading(self, text: str) -> None:
        """A part begins."""
        rule = "─" * (self._console.width - len(text) - 1)
        self._console.print(Text.assemble("\n", (text, "bold"), " ", (rule, "dim"), "\n"))

    def say(self, text: str) -> None:
        """A sentence."""
        self._console.print(Text(text))

    def step(self, step: Step) -> None:
        """Something that was done, and what was said to it."""
        self._print([(step.done, Text(step.said))], label_width=18)

    def served(self, served: Served) -> None:
        """One order: what is special about it, what it asked for, and what it got."""
        if self._number:
            self._console.print()
        self._number += 1
        order, outcome = served.order, _outcome(served)
        head = Text.assemble(f"{self._number:2}  ", (order.order_name, "bold"), f"  {order.customer_name}")
        head.append(f"  {order.email or 'no address'}", "dim")
        head.append(" " * max(2, self._console.width - head.cell_len - outcome.cell_len))
        self._console.print(Text.assemble(head, outcome))
        self._print([("", Text(order.shows, "italic"))], label_width=0, indent=4)
        self._print(_story(served, self._products), label_width=8, indent=4)

    def stock(self, before: Mapping[str, Stock], after: Mapping[str, Stock]) -> None:
        """The seats that can be given out, before and after, pool by pool."""
        width = max(map(len, after))
        self._console.print(Text(f"{'pool':{width}}   seats   before   after", "dim"))
        for pool, stock in after.items():
            was = before[pool].available if pool in before else 0
            line = Text(f"{pool:{width}}   {stock.total:5}   {was:6}   ")
            line.append(f"{stock.available:5}", "" if was == stock.available else "bold")
            line.append(f"   {stock.level}", LEVELS.get(stock.level, ""))
            self._console.print(line)

    def shelves(self, skus: Iterable[str], tabs: Mapping[str, str], shop: Mapping[str, int]) -> None:
        """What the tabs say can be sold of each of these products, and what the shop says."""
        self._console.print(Text(f"{'product':54}   tabs   shop", "dim"))
        for sku in skus:
            name, count, in_shop = f"{sku:8} {self._products[sku]}", tabs[sku], str(shop.get(sku, "none"))
            self._console.print(
                Text(f"{name:54}   {count:>4}   {in_shop:>4}", "" if in_shop == count else "red")
            )

    def mails(self, mails: Sequence[Mail]) -> None:
        """The mails: the first in full, of the others to whom they went."""
        for mail in mails[:1]:
            self._print([("to", Text(mail.to)), ("subject", Text(mail.subject))], label_width=8)
            self._print([("", Text(line)) for line in mail.text.splitlines()], label_width=8)
        for mail in mails[1:]:
            self._print([("to", Text.assemble(mail.to, (f"  {mail.subject}", "dim")))], label_width=8)
        if not mails:
            self.say("Nothing: all mails went out in an earlier run.")

    def channel(self, messages: Sequence[str]) -> None:
        """What the team reads: a message is its title, and its text on one line."""
        for message in messages:
            title, *lines = message.splitlines()
            self._console.print(Text(title, "bold"))
            self._print([("", Text(" · ".join(lines)))], label_width=0, indent=3)
        if not messages:
            self.say("Nothing new: every order is told once.")

    def addresses(self, options: Options, spreadsheet_id: str, order: SampleOrder) -> None:
        """Where everything is, and what to try."""
        tabs = f"{options.sandbox_url}/v4/spreadsheets/{spreadsheet_id}/values/Assignments"
        places = {
            "workbook": f"{options.sandbox_url}/ (in a browser)",
            "function": options.url,
            "token": f"{TOKEN} (role admin)",
            "a tab": tabs,
        }
        for label, place in places.items():
            self._console.print(Text.assemble((f"{label:10}", "dim"), place), soft_wrap=True)
        urls = {"url": options.url, "sandbox_url": options.sandbox_url}
        words = TRY.format(token=TOKEN, **urls, order_id=order.order_id)
        self._console.print(Text(words), soft_wrap=True)

    def _print(self, lines: Iterable[Line], *, label_width: int, indent: int = 0) -> None:
        """Labels in a column of their own, and what they say beside them."""
        left = indent + label_width + (1 if label_width else 0)
        for label, text in lines:
            for number, line in enumerate(text.wrap(self._console, self._console.width - left)):
                line.rstrip()
                margin = f"{'':{indent}}{'' if number else label}"
                self._console.print(Text.assemble((f"{margin:{left}}", "dim"), line))


def _console() -> Console:
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    found = Console()
    width = min(found.width, WIDTH) if found.is_terminal else WIDTH
    return Console(width=width, highlight=False)


def _outcome(served: Served) -> Text:
    """`failed: out of stock, then fulfilled`, with what it is beside that."""
    words = Text(", then ").join(_outcome_of(answer) for answer in served.answers)
    if isinstance(served.events[-1], Step):
        words = Text.assemble(words, ", then ", (served.order.ends, "yellow"))
    return words


def _outcome_of(answer: Answer) -> Text:
    words = Text(answer["status"], COLOURS.get(answer["status"], ""))
    if answer["status"] == "failed":
        words.append(f": {answer['reason'].replace('_', ' ')}")
    marks = {"replayed": answer["replayed"], "changed": answer["changed"]}
    for mark in (name for name, is_set in marks.items() if is_set):
        words.append(f", {mark}", "dim")
    return words


def _story(served: Served, products: Mapping[str, str]) -> Iterator[Line]:
    region = f"  (region {served.order.region})" if served.order.region else ""
    asked = (_named(line.quantity, line.sku, products) + region for line in served.order.lines)
    yield "asked", Text("\n".join(asked))
    for event in served.events:
        yield from _done(event) if isinstance(event, Step) else _told(event, products)


def _named(quantity: int, sku: str, products: Mapping[str, str]) -> str:
    name = products.get(sku, "not in the catalogue") if sku else "a tip"
    return f"{quantity} x {sku or '(no SKU)'}  {name}"


def _told(answer: Answer, products: Mapping[str, str]) -> Iterator[Line]:
    if answer["status"] != "fulfilled":
        yield "told", Text(answer["message"])
    if answer["keys"]:
        yield "keys", _keys(answer["keys"])
        for line in (line for line in answer["skipped"] if line["sku"]):
            yield "by hand", Text(_named(line["quantity"], line["sku"], products))
    for warning in answer["warnings"]:
        yield "warning", Text(warning, "yellow")


def _keys(keys: list[Key]) -> Text:
    width = max(len(key["keycode"]) for key in keys)
    return Text("\n").join(
        Text.assemble((f"{key['keycode']:{width}}", "bold"), f"  {key['entitlements'].replace(',', ', ')}")
        for key in keys
    )


def _done(step: Step) -> Iterator[Line]:
    yield "then", Text.assemble((f"{step.done}: ", "cyan"), step.said)
