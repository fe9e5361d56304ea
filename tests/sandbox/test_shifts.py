"""Where stretches of columns are after some of them moved."""

from __future__ import annotations

import pytest

from sandbox.shifts import COLUMNS, Move


@pytest.mark.parametrize(
    ("move", "stretch", "moved"),
    [
        (Move(COLUMNS, 9, 10, 2), (0, 10), (0, 10)),
        (Move(COLUMNS, 2, 3, 8), (0, 10), (0, 10)),
        (Move(COLUMNS, 9, 10, 2), (7, 8), (8, 9)),
        (Move(COLUMNS, 7, 8, 0), (7, 8), (0, 1)),
        (Move(COLUMNS, 0, 1, 5), (2, 4), (1, 3)),
    ],
)
def test_a_stretch_around_a_move_stays_and_one_beside_it_makes_room(
    move: Move, stretch: tuple[int, int], moved: tuple[int, int]
) -> None:
    assert move.interval(*stretch) == moved
