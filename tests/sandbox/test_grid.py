"""The grid against a plain list of lists, and what versions share."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.grid import CHUNK, Grid, Row, filled_columns, trimmed

cells = st.one_of(st.none(), st.sampled_from(["a", "b"]))
rows = st.lists(st.lists(cells, max_size=4).map(trimmed), max_size=8)
# Stretches that lie inside a chunk, across its edge, and beyond the end.
places = st.sampled_from([0, 1, 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])


def listed(grid: Grid) -> list[Row]:
    return list(grid.rows())


def tidy(model: list[Row]) -> list[Row]:
    while model and not model[-1]:
        model.pop()
    return model


def check(grid: Grid, model: list[Row]) -> None:
    assert listed(grid) == tidy(model)
    assert len(grid) == len(model)
    assert all(len(chunk.rows) == CHUNK for chunk in grid.chunks[:-1])


@st.composite
def grids(draw: st.DrawFn) -> tuple[Grid, list[Row]]:
    model: list[Row] = [()] * draw(places) + draw(rows) + [("x",)] * draw(places) + draw(rows)
    return Grid.of(model), tidy(list(model))


@given(grids(), places, places, rows)
def test_splicing_is_splicing_a_list(
    both: tuple[Grid, list[Row]], start: int, count: int, new: list[Row]
) -> None:
    grid, model = both
    model += [()] * (start - len(model))
    check(grid.spliced(start, start + count, new), [*model[:start], *new, *model[start + count :]])
    assert listed(grid) == tidy(model)


@given(grids(), places, places, st.lists(cells, max_size=3).map(trimmed))
def test_changing_a_stretch_changes_it_alone(
    both: tuple[Grid, list[Row]], start: int, count: int, new: Row
) -> None:
    grid, model = both
    before = list(model)
    model += [()] * (start + count - len(model))
    model[start : start + count] = [new] * count
    check(grid.changed(start, start + count, lambda _, row: new), model)
    if count:
        check(grid.mapped(start, start + count, lambda row: new), model)
    assert listed(grid) == before


@given(grids(), places, places)
def test_what_a_stretch_holds_is_known(both: tuple[Grid, list[Row]], start: int, count: int) -> None:
    grid, model = both
    found = 0
    for row in model[start : start + count]:
        found |= filled_columns(row)
    assert grid.occupied(start, start + count) == found
    top = min(start, len(model))
    while top > 0 and filled_columns(model[top - 1]) & 0b11:
        top -= 1
    assert grid.solid_above(min(start, len(model)), 0b11) == top
    bottom = min(start, len(model))
    while bottom < len(model) and filled_columns(model[bottom]) & 0b11:
        bottom += 1
    assert grid.solid_below(min(start, len(model)), 0b11) == bottom


def test_a_write_shares_what_it_does_not_touch() -> None:
    grid = Grid.of([("x",)] * (10 * CHUNK))
    written = grid.changed(5, 6, lambda _, row: ("y",))
    assert [a is b for a, b in zip(grid.chunks, written.chunks, strict=True)] == [False] + [True] * 9


def test_a_format_over_a_column_is_stored_once() -> None:
    worn: Any = {"note": "n"}
    grid = Grid().mapped(0, 100_000, lambda row: (worn,))
    assert len({id(chunk) for chunk in grid.chunks}) <= 2
    assert grid.cell(99_999, 0) is worn
    assert grid.cell(100_000, 0) is None
