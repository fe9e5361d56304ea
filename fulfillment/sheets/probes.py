"""What we take for granted of Google, tried on a scratch spreadsheet; and what to do where it is not so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fulfillment.errors import BatchRefused, FulfillmentError, QuotaSpent
from fulfillment.sheets.client import SheetsClient, to_bytes
from fulfillment.sheets.removal import remove_rows
from fulfillment.sheets.scratch import TAB_ID, TITLE, Scratch, append, create, delete, write

RIVALS = 8
"""Writers at the same time: more than the instances of a busy shop."""

LAG_MOST_S = 8.0

REFUSED_MOST = 70
"""Refused batches within a minute: more than the 60 writes that are allowed."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that is taken for granted."""

    name: str
    run: Callable[[Scratch], str]
    """What was seen, as a sentence. Raises Otherwise."""
    if_not: str
    """What to do where it is otherwise."""
    needed: bool = True
    """Must it be so? Else it is good to know."""


class Otherwise(Exception):
    """It is not as we take it for granted; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe saw."""

    name: str
    is_as_expected: bool
    needed: bool
    message: str
    advice: str = ""


def probe(scratch: Scratch, probes: Sequence[Probe] | None = None) -> Iterator[Seen]:
    """What each probe saw, one after the other; the scratch spreadsheet is as it was afterwards."""
    for each in PROBES if probes is None else probes:
        try:
            with scratch.tab():
                yield Seen(each.name, True, each.needed, each.run(scratch))
        except Otherwise as otherwise:
            yield Seen(each.name, False, each.needed, str(otherwise), each.if_not)
        except FulfillmentError as error:
            yield Seen(each.name, False, each.needed, f"It could not be tried: {error}", "Try again.")


def _one_of_rivals(scratch: Scratch) -> str:
    for round_ in range(scratch.rounds):
        id_, row = scratch.new_id(), f"round {round_}"
        bodies = [to_bytes({"requests": [create(id_), append(row, str(n))]}) for n in range(RIVALS)]
        ended = scratch.together([_sender(body) for body in bodies])
        won = [end for end in ended if not isinstance(end, FulfillmentError)]
        other = [
            end for end in ended if isinstance(end, FulfillmentError) and not isinstance(end, BatchRefused)
        ]
        if other:
            raise other[0]
        rows = [cells for cells in scratch.cells("A:B") if cells[0] == row]
        if len(won) != 1 or len(rows) != 1:
            raise Otherwise(
                f"Of {RIVALS} writers {len(won)} were told that they came first; {len(rows)} rows came."
            )
        scratch.pause(PAUSE_S)
    return f"{scratch.rounds} times {RIVALS} writers: one came first, and of the others nothing was applied."


PAUSE_S = 8.0
"""Between two rounds of rivals: 60 writes a minute are allowed."""


def _sender(body: bytes) -> Callable[[SheetsClient], object]:
    return lambda client: client.batch_update(body)


def _all_or_nothing(scratch: Scratch) -> str:
    id_ = scratch.new_id()
    scratch.batch(create(id_))
    try:
        scratch.batch(append("must not be there"), create(id_))
    except BatchRefused:
        if scratch.cells("A:A"):
            raise Otherwise("The batch was refused, and its first request was applied.") from None
        return "A batch with one bad request left nothing behind."
    raise Otherwise("Metadata of an id that exists was accepted.")


def _one_snapshot(scratch: Scratch) -> str:
    torn = reads = 0
    for number in range(scratch.rounds):
        write_both = to_bytes({"requests": [write(0, number), write(40, number)]})
        ended = scratch.together([_sender(write_both), _both_cells, _both_cells, _both_cells])
        for seen in ended[1:]:
            if isinstance(seen, FulfillmentError):
                raise seen
            reads += 1
            torn += isinstance(seen, bool) and not seen
    if torn:
        raise Otherwise(f"{torn} of {reads} reads mixed two states.")
    return f"{reads} reads while somebody wrote: each showed one state."


def _both_cells(client: SheetsClient) -> bool:
    """Do the two cells that are written together say the same?"""
    ranges = [f"'{TITLE}'!A1", f"'{TITLE}'!A41"]
    reply = client.get(ranges, "sheets(properties.sheetId,data.rowData.values.effectiveValue)")
    cells = [str(grid.get("rowData", "")) for grid in reply["sheets"][0].get("data", [])]
    return len(set(cells)) == 1


def _lag(scratch: Scratch) -> str:
    longest = 0.0
    for number in range(1, scratch.rounds + 1):
        scratch.batch(write(0, number))
        began = time.monotonic()
        while scratch.cells("A1:A1") != [[number]]:
            if time.monotonic() - began > LAG_MOST_S:
                raise Otherwise(f"{LAG_MOST_S:.0f} s after a write its reply was read without it.")
        longest = max(longest, time.monotonic() - began)
    return f"{scratch.rounds} times a write was seen by a read within {longest:.1f} s."


def _delete_of_nothing(scratch: Scratch) -> str:
    try:
        scratch.batch(append("beside"), delete(scratch.new_id()))
    except BatchRefused:
        raise Otherwise("A batch that deletes metadata which is not there is refused.") from None
    if not scratch.cells("A:A"):
        raise Otherwise("A batch that deletes metadata which is not there answers 200, and does nothing.")
    return "To delete metadata that is not there is nothing, and the rest of the batch is applied."


def _prune_beside_create(scratch: Scratch) -> str:
    old, new = scratch.new_id(), scratch.new_id()
    scratch.batch(create(old))
    scratch.batch(create(new), delete(old))
    if scratch.ids_there() != {new}:
        raise Otherwise("Metadata created and deleted in one batch are not as they should be.")
    return "One batch forgets an old stamp and makes a new one."


def _reply_shows_what_is_after(scratch: Scratch) -> str:
    mask = "replies,updatedSpreadsheet.sheets(properties.sheetId,data.rowData.values.effectiveValue)"
    body = {
        "requests": [write(0, 7)],
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": [f"'{TITLE}'!A1:B2"],
    }
    reply = scratch.client.batch_update(to_bytes(body), fields=mask)
    if "'numberValue': 7" not in str(reply.get("updatedSpreadsheet")):
        raise Otherwise("The reply of a write does not show what it wrote.")
    return "The reply of a write shows the cells after it."


def _reply_beyond_the_grid(scratch: Scratch) -> str:
    body = {
        "requests": [append("beside")],
        "includeSpreadsheetInResponse": True,
        "responseRanges": [f"'{TITLE}'!A1:A9999"],
    }
    try:
        scratch.client.batch_update(
            to_bytes(body), fields="replies,updatedSpreadsheet.sheets.properties.sheetId"
        )
    except BatchRefused:
        applied = "was" if scratch.cells("A:A") else "was not"
        return f"A reply asked for beyond the grid is a 400, and the batch {applied} applied."
    return "A reply asked for beyond the grid is given."


def _parallel_appends(scratch: Scratch) -> str:
    bodies = [to_bytes({"requests": [append(f"{n}-{i}") for i in range(5)]}) for n in range(RIVALS)]
    for end in scratch.together([_sender(body) for body in bodies]):
        if isinstance(end, FulfillmentError):
            raise end
    found = [str(row[0]) for row in scratch.cells("A:A") if row]
    wanted = [f"{n}-{i}" for n in range(RIVALS) for i in range(5)]
    if sorted(found) != sorted(wanted):
        raise Otherwise(f"Of {len(wanted)} rows appended at the same time {len(set(found))} are there.")
    whole = all(found.index(f"{n}-4") - found.index(f"{n}-0") == 4 for n in range(RIVALS))
    return (
        f"{len(wanted)} rows appended at the same time are there, {'batch by batch' if whole else 'mixed'}."
    )


def _text_stays_text(scratch: Scratch) -> str:
    texts = ["=1+1", "007", "1E5", "6855909900591000000", "'x", " x "]
    scratch.batch(*(append(text) for text in texts))
    found = [row[0] for row in scratch.cells("A:A")]
    if found != texts:
        raise Otherwise("Texts come back otherwise than they were written.")
    return "Texts that look like formulas and numbers stay as they are."


def _sort_under_a_filter(scratch: Scratch) -> str:
    hides = {"columnIndex": 0, "filterCriteria": {"hiddenValues": ["b", "c"]}}
    filtered = {"setBasicFilter": {"filter": {"range": {"sheetId": TAB_ID}, "filterSpecs": [hides]}}}
    scratch.batch(*(append(text) for text in ("no", "c", "b", "d", "a")), filtered)
    scratch.batch(*remove_rows(TAB_ID, 0, standing=(), leaving=()))
    found = [row[0] for row in scratch.cells("A2:A5")]
    if found != ["a", "b", "c", "d"]:
        raise Otherwise("A sort leaves rows where they are which a filter hid.")
    return "Rows that a filter hid are shown again, and sorted as all others."


def _refused_batches_count(scratch: Scratch) -> str:
    id_ = scratch.new_id()
    scratch.batch(create(id_))
    for count in range(REFUSED_MOST):
        try:
            scratch.batch(create(id_))
        except BatchRefused:
            continue
        except QuotaSpent:
            return f"Refused batches count as writes: after {count} of them the quota was spent."
    return f"{REFUSED_MOST} refused batches in a row did not spend the quota."


PROBES: tuple[Probe, ...] = (
    Probe(
        "of several writers one comes first",
        _one_of_rivals,
        "Do not go live: two customers could get one key. The lock in the spreadsheet rests on this.",
    ),
    Probe(
        "a batch happens whole or not at all",
        _all_or_nothing,
        "Do not go live: keys could be given without their answer.",
    ),
    Probe(
        "one batch prunes and stamps",
        _prune_beside_create,
        "Orders are served, each with a second write; after some 1,700 commits the stamps are full. Have a "
        "developer delete the oldest stamps, at night.",
    ),
    Probe(
        "deleting what is not there harms nothing",
        _delete_of_nothing,
        "Orders are served; a commit is refused once and sent again without the prune.",
        needed=False,
    ),
    Probe(
        "a write's reply shows what it wrote",
        _reply_shows_what_is_after,
        "Orders are served with one more read each.",
        needed=False,
    ),
    Probe(
        "a reply beyond the grid", _reply_beyond_the_grid, "Good to know; we never ask for one.", needed=False
    ),
    Probe(
        "rows appended at the same time all land",
        _parallel_appends,
        "Do not go live: rows of ledgers could be lost.",
    ),
    Probe(
        "texts stay as they are",
        _text_stays_text,
        "Do not go live: key codes would be changed.",
    ),
    Probe(
        "a sort moves what a filter hid",
        _sort_under_a_filter,
        "Orders are served; name no ARCHIVE_SPREADSHEET_ID, and forget nobody while a filter is set on a "
        "ledger.",
        needed=False,
    ),
    Probe(
        "one read shows one state",
        _one_snapshot,
        "Orders are served; a read that mixes two states is read again, which takes longer.",
        needed=False,
    ),
    Probe(
        "a write is soon seen",
        _lag,
        "Orders are served; the look after a lost reply waits for longer.",
        needed=False,
    ),
    Probe("refused batches and the quota", _refused_batches_count, "Good to know.", needed=False),
)
