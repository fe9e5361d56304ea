"""Rows that leave a ledger, found by their number whatever a person did to their order.

The batch sorts the ledger by `no` first, behind the fence: from then on the place of every number is known,
since nobody but a commit adds one. Rows without a number go to the bottom, and stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

Request = dict[str, object]

HEADER_ROWS = 1


def remove_rows(
    sheet_id: int, column: int, standing: Sequence[int], leaving: Collection[int]
) -> Iterator[Request]:
    """Requests that sort by the column of `no` and delete the rows that leave, from the bottom up.

    `standing` is every `no` that stands there, in order. Rows that a person's filter hides are shown first:
    nobody says whether a sort moves them.
    """
    yield {"setBasicFilter": {"filter": {"range": {"sheetId": sheet_id}}}}
    below_header = {"sheetId": sheet_id, "startRowIndex": HEADER_ROWS}
    spec = {"dimensionIndex": column, "sortOrder": "ASCENDING"}
    yield {"sortRange": {"range": below_header, "sortSpecs": [spec]}}
    for first, end in reversed(_runs(standing, leaving)):
        span = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": first, "endIndex": end}
        yield {"deleteDimension": {"range": span}}


def row_left(standing: Sequence[int], leaving: Collection[int]) -> tuple[int, int | None]:
    """(row, its `no`) of the last numbered row once they have left; the header's where none is left.

    Rows are counted from 1. Should anything have moved the rows between the read and the commit, another
    number stands there, or none.
    """
    left = [number for number in standing if number not in leaving]
    return len(left) + HEADER_ROWS, left[-1] if left else None


def _runs(standing: Sequence[int], leaving: Collection[int]) -> list[tuple[int, int]]:
    """(first, end) of neighbouring rows that leave, 0-based, the end not included."""
    runs: list[tuple[int, int]] = []
    for row, number in enumerate(standing, HEADER_ROWS):
        if number in leaving:
            if runs and runs[-1][1] == row:
                runs[-1] = (runs[-1][0], row + 1)
            else:
                runs.append((row, row + 1))
    return runs
