"""The checker finds each kind of damage in books that were in order."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.local import Function, Workbook, posted
from tests.machine.chaos.caller import PATHS
from tests.machine.checker import TABS, breaches
from tests.machine.said import Said
from tests.machine.shown import Typed

SOLD = {
    "CPT": [["NASM-CPT-FULL"]],
    "BOTH": [["NASM-CPT-FULL", "NASM-CPT-EXAM"]],
    "SET": [["NASM-CPT-FULL", "NASM-CNC-FULL"]],
    "KBS": [[]],
}

PASTED = ("region", "provider", "product_code", "component", "keycode", "seats")


@dataclass
class Books:
    """The tabs after a few orders, the log of what was said meanwhile, and what people typed."""

    tabs: dict[str, list[dict[str, Any]]]
    log: list[Said]
    typed: Typed = field(default_factory=Typed)

    def found(self) -> str:
        """Every breach, a line each."""
        return "\n".join(breaches(self.tabs, self.log, sold=SOLD, typed=self.typed))

    def row(self, tab: str, **wanted: object) -> dict[str, Any]:
        """The first row of a tab that has these cells."""
        return next(row for row in self.tabs[tab] if all(row[name] == cell for name, cell in wanted.items()))

    def say(self, what: str, order_id: str, **changes: object) -> None:
        """The first answer of this kind to this order was another one."""
        place = next(
            number for number, said in enumerate(self.log) if said.what == what and said.order_id == order_id
        )
        self.log[place] = replace(self.log[place], body={**self.log[place].body, **changes})


@pytest.fixture(scope="module")
def healthy() -> Books:
    """A few orders of every outcome, released, cleared and replaced; keys imported and pasted."""
    with Sandbox() as google:
        workbook, log = Workbook(google.url), []
        workbook.stock(*(f"NASM CPT combined EX-{n} 1" for n in range(6)), "NASM CPT exam EXAM 4")
        workbook.stock("NASM CNC combined CNC 2", "NASM NSBK_CPT-CNC combined SET 1")
        workbook.sell(**{sku: ",".join(sold[0]) for sku, sold in SOLD.items()})
        pasted = dict(zip(PASTED, ("CANADA", "NASM", "CPT", "nothing", "EX-slip", "1"), strict=True))
        workbook.type("Import Keys!A2", [[*pasted.values()]])
        with Function(workbook) as function:
            _everything(function, log)
        typed = Typed({"CPT": {"product": "Course CPT"}}, [pasted])
        return Books({tab: workbook.tab(tab) for tab in TABS}, log, typed)


def _everything(function: Function, log: list[Said]) -> None:
    def ask(what: str, body: dict[str, Any]) -> Said:
        asked_at = time.time()
        answer = function.post(PATHS[what], body)
        log.append(Said(what, body, answer.status_code, answer.json(), asked_at, time.time()))
        return log[-1]

    key = {"region": "CANADA", "provider": "NASM", "product_code": "CPT", "component": "combined"}
    ask("order", posted("1", "CPT"))
    ask("order", posted("2", "BOTH"))
    ask("order", posted("3", "SET"))
    ask("order", posted("short", "CPT*50"))
    ask("order", posted("4", "KBS"))
    ask("order", posted("5", "CPT CPT"))
    ask("release", {"order_id": "1", "reason": "try 1"})
    ask("order", posted("1", "CPT"))
    ask("clear", {"order_id": "2"})
    ask("order", posted("2", "BOTH"))
    ask("order", posted("2", "CPT"))
    ask("replace", {"order_id": "5", "keycode": log[5].body["keys"][0]["keycode"]})
    ask("import", {"rows": [{**key, "keycode": "EX-late", "seats": "3"}]})
    ask("status", {"order_id": "5"})


@pytest.fixture
def books(healthy: Books) -> Books:
    """The same books, to be damaged."""
    return copy.deepcopy(healthy)


def test_healthy_books_have_no_breach(books: Books) -> None:
    assert books.found() == ""


def lose_a_row(books: Books) -> None:
    books.tabs["Assignments"].remove(books.row("Assignments", no=3))


def write_a_row_twice(books: Books) -> None:
    books.tabs["Order Cache"].append(dict(books.tabs["Order Cache"][0]))


def turn_versions_around(books: Books) -> None:
    books.row("Assignments", no=1)["version"] = 99


def give_a_seat_twice(books: Books) -> None:
    taken = books.row("Assignments", order_id="2", component="combined")["keycode"]
    row = books.row("Assignments", order_id="5", unit="2.1")
    _swap_code(books, row, taken)


def serve_out_of_turn(books: Books) -> None:
    """Orders 1 and 2 have each other's keys, in both ledgers and in what was said."""
    one = books.row("Assignments", order_id="1", event="assigned")["keycode"]
    other = books.row("Assignments", order_id="2", component="combined")["keycode"]
    for tab in ("Assignments", "Order Cache"):
        for row in books.tabs[tab]:
            for name in ("keycode", "keys"):
                if name in row:
                    row[name] = row[name].replace(one, "?").replace(other, one).replace("?", other)
    books.log = []


def forget_a_piece(books: Books) -> None:
    """Order 5 asked for two pieces and has one, in both ledgers."""
    last = books.tabs["Order Cache"][-1]
    assert last["order_id"] == "5"
    for row in books.tabs["Order Cache"]:
        if row["order_id"] == "5":
            row["items"] = row["items"].replace('["CPT",1', '["CPT",2', 1)


def serve_another_course(books: Books) -> None:
    books.row("Assignments", order_id="1", event="assigned")["entitlements"] = "NASM-CNC-FULL"


def give_more_without_a_clear(books: Books) -> None:
    """Order 4 gets a key in a later commit, and its answer says so."""
    last, end = books.tabs["Assignments"][-1], len(books.tabs["Assignments"])
    books.tabs["Assignments"].append(
        {**last, "no": end + 1, "event": "assigned", "order_id": "4", "reason": ""}
    )


def change_an_outcome(books: Books) -> None:
    row = books.tabs["Order Cache"]
    short = books.row("Order Cache", order_id="short")
    row.append({**short, "no": len(row) + 1, "version": row[-1]["version"], "outcome": "skipped"})


def edit_the_keys_of_an_answer(books: Books) -> None:
    row = books.row("Order Cache", order_id="3")
    row["keys"] = json.dumps([[unit, f"{code}?"] for unit, code in json.loads(row["keys"])])


def import_a_key_again(books: Books) -> None:
    rows = books.tabs["Import History"]
    rows.append({**rows[0], "no": len(rows) + 1, "version": rows[-1]["version"]})


def show_another_stock(books: Books) -> None:
    books.tabs["Key Inventory"][0]["available"] += 1


def show_a_pool_twice(books: Books) -> None:
    books.tabs["Key Inventory"].append(dict(books.tabs["Key Inventory"][0]))


def show_another_availability(books: Books) -> None:
    books.row("Live Catalogue", SKU="SET")["available"] += 1


def look_up_the_wrong_row(books: Books) -> None:
    books.row("NPTA Catalogue", SKU="CPT")["available"] = 77


def end_elsewhere(books: Books) -> None:
    books.tabs["System"][0]["last_answer_no"] += 1


def tell_another_key(books: Books) -> None:
    keys = [{**key, "keycode": "EX-5"} for key in books.log[0].body["keys"]]
    books.say("order", "1", keys=keys)


def tell_what_was_before(books: Books) -> None:
    """The post after the release is answered as the one before it."""
    first = books.log[0]
    books.log[7] = replace(books.log[7], body=first.body)


def tell_in_other_bytes(books: Books) -> None:
    keys = [dict(reversed(key.items())) for key in books.log[1].body["keys"]]
    books.say("order", "2", keys=keys)


def tell_another_count(books: Books) -> None:
    books.say("release", "1", released=0)


def tell_nobody_that_it_changed(books: Books) -> None:
    books.log[10] = replace(books.log[10], body={**books.log[10].body, "changed": False})


def call_a_replaced_key_irreplaceable(books: Books) -> None:
    books.say("replace", "5", status="error", reason="not_possible", keys=[])


def mail_a_delivered_order_again(books: Books) -> None:
    books.say("order", "1", send_email=False)


def tell_another_name(books: Books) -> None:
    books.say("order", "3", customer_name="Bob")


def never_answer(books: Books) -> None:
    books.log[3] = replace(books.log[3], status=503, body={})


def crash(books: Books) -> None:
    books.log[13] = replace(books.log[13], status=500)


def import_into_nowhere(books: Books) -> None:
    row = {**books.log[12].asked["rows"][0], "keycode": "EX-gone"}
    books.log[12] = replace(books.log[12], asked={"rows": [row]})


def call_a_new_key_a_duplicate(books: Books) -> None:
    rows = [{**books.log[12].body["rows"][0], "result": "duplicate"}]
    books.log[12] = replace(books.log[12], body={**books.log[12].body, "rows": rows})


def overwrite_what_was_typed(books: Books) -> None:
    books.row("NPTA Catalogue", SKU="CPT")["product"] = "Course BOTH"


def lose_what_was_pasted(books: Books) -> None:
    books.tabs["Import Keys"].clear()


def _swap_code(books: Books, row: dict[str, Any], code: str) -> None:
    """This seat has another code, in both ledgers."""
    for answer in books.tabs["Order Cache"]:
        if answer["order_id"] == row["order_id"]:
            answer["keys"] = answer["keys"].replace(row["keycode"], code)
    row["keycode"] = code


DAMAGE: dict[Callable[[Books], None], str] = {
    lose_a_row: "Assignments is not numbered 1 to",
    write_a_row_twice: "Order Cache is not numbered 1 to",
    turn_versions_around: "the versions of Assignments do not grow",
    give_a_seat_twice: "it is given twice",
    serve_out_of_turn: "an older seat of its pool was free",
    forget_a_piece: "order 5 asked for 3 x CPT, and 2 pieces are served",
    serve_another_course: "order 1: piece 1.1 of CPT has NASM-CNC-FULL",
    give_more_without_a_clear: "order 4 was given more keys",
    change_an_outcome: "order short was failed and became skipped",
    edit_the_keys_of_an_answer: "order 3 is fulfilled with 1 seats and holds 1",
    import_a_key_again: "imports a key that was in stock already",
    show_another_stock: "Key Inventory shows",
    show_a_pool_twice: "twice",
    show_another_availability: "of SET, and the ledgers say",
    look_up_the_wrong_row: "NPTA Catalogue shows 77",
    end_elsewhere: "System says last_answer_no",
    tell_another_key: "order 1 was told order: fulfilled with 1 keys (try 1), but its cache never had that",
    tell_what_was_before: "but what had been told before was newer",
    tell_in_other_bytes: "order 2 was told the same keys in 2 different ways",
    tell_another_count: "told that 0 keys were released by that request, and the ledger says 1",
    tell_nobody_that_it_changed: "order 2 was told changed: False, and its lines say otherwise",
    call_a_replaced_key_irreplaceable: "order 5 was told that a key cannot be replaced, and it was",
    mail_a_delivered_order_again: "order 1 was told order: fulfilled with 1 keys (try 1), but its cache",
    tell_another_name: "order 3 was told another customer's name",
    never_answer: "order short was posted and never answered",
    crash: "status 5 was answered with status 500",
    import_into_nowhere: "an import said imported of a key that is not in the history",
    call_a_new_key_a_duplicate: "an import called a key a duplicate",
    overwrite_what_was_typed: "somebody typed into product of CPT, and it is gone",
    lose_what_was_pasted: "a row pasted for CPT is gone",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_the_checker_finds_that_someone_did(books: Books, damage: Callable[[Books], None]) -> None:
    damage(books)
    assert DAMAGE[damage] in books.found()


def test_an_answer_may_be_as_old_as_the_reads_that_google_gave(books: Books) -> None:
    tell_what_was_before(books)
    assert not breaches(books.tabs, books.log, sold=SOLD, typed=books.typed, staleness_s=60)
