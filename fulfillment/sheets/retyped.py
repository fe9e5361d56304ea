"""Headers that a person retyped: which column is the one that its header does not name any more.

A tab of the system's own is written by the service alone, and each of its headers has a note of its own,
which stays when the text is typed over. So a column is ours for certain where two things agree: it stands
between the neighbours that it stood between, and bears our note. Then orders are served as before, and a
refresh writes the header anew. In tabs in which people type it is left to `setup`: it may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fulfillment.sheets.schema import Tab


def recognized(
    tab: Tab, place: Mapping[str, int], texts: Sequence[str], notes: Sequence[str]
) -> dict[str, int]:
    """header -> column, of those that are not in `place` and are ours for certain.

    `texts` and `notes`: what stands in the header row, and the notes there.
    """
    if tab.kind == "people" or not any(notes):
        return {}
    wanted = {column.header: column.note for column in tab.columns}
    spots_left = spots(tab, place, max(len(texts), len(notes)))
    return {header: n for header, n in spots_left if n < len(notes) and notes[n] == wanted[header]}


def spots(tab: Tab, place: Mapping[str, int], columns: int) -> Iterator[tuple[str, int]]:
    """(header, column) where each missing column stood, if its neighbours stand as they did."""
    run: list[str] = []
    before = -1
    for header in (*tab.headers, None):
        if header is not None and header not in place:
            run.append(header)
            continue
        after = place[header] if header is not None else before + 1 + len(run)
        if run and after - before - 1 == len(run):
            yield from zip(run, range(before + 1, min(after, columns)), strict=False)
        run, before = [], after
