"""The scenes that are explored: in the tests, and at length by `make explore`."""

from __future__ import annotations

from tests.machine.exploring.exploration import CALLS_FAIL, Scene
from tests.machine.exploring.writer import Post

X, Y, Z = (Post("fulfil", order_id) for order_id in "XYZ")
RELEASE_X, CLEAR_X = Post("release", "X"), Post("clear", "X")

LATE = frozenset({"late"})

SHORT = {
    "two writers, one fault and one crash": Scene(((X, Y), (X,)), faults=1, crashes=1),
    "two warm writers, two faults": Scene(((X,), (X,)), faults=2, is_warm=True),
    "three writers, one fault": Scene(((X,), (X,), (Y,)), faults=1, is_warm=True),
    "a release meanwhile, one failing call": Scene(
        ((X, X), (RELEASE_X, X)), faults=1, kinds=CALLS_FAIL, is_warm=True
    ),
    "a clear meanwhile, one failing call": Scene(
        ((X, X), (CLEAR_X, X)), faults=1, kinds=CALLS_FAIL, is_warm=True
    ),
}
"""Each takes seconds."""

LONG = {
    "two writers of two posts and one, two faults": Scene(((X, Y), (X,)), faults=2, is_warm=True),
    "two writers, two faults and one crash": Scene(((X,), (X,)), faults=2, crashes=1),
    "two writers, three faults": Scene(((X,), (X,)), faults=3, is_warm=True),
    "two writers of two posts, one fault and one crash": Scene(((X, Y), (X, Z)), faults=1, crashes=1),
    "two writers of two posts, two faults": Scene(((X, Y), (X, Z)), faults=2, is_warm=True),
    "three writers, one fault and one crash": Scene(((X,), (X,), (Y,)), faults=1, crashes=1, is_warm=True),
    "three writers, two faults": Scene(((X,), (X,), (Y,)), faults=2, is_warm=True),
    "a release meanwhile, two failing calls and a crash": Scene(
        ((X, X), (RELEASE_X, X)), faults=2, crashes=1, kinds=CALLS_FAIL, is_warm=True
    ),
}
"""Each takes a minute or some."""

AGEING = Scene(
    ((X,), (X, Y, Z, Post("fulfil", "V"), Post("fulfil", "W"))),
    seats=(1, 2, 5),
    faults=1,
    kinds=LATE,
    is_warm=True,
    tick_s=60.0,
    google_gives_up_after=3,
)
"""A minute passes with each commit, and Google works on a write for three: the measures of the fence, scaled
down from 1,200 commits in four minutes to three. A view of another commit is older than a minute already."""

AGEING_STAMPS = 3
