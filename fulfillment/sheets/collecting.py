"""Python's garbage collector, kept away from what an instance knows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made meanwhile is kept for as long as it is in use, and never searched for circles.

    Searching it takes a third of a cold start, and would slow down groups for ever after. Rows refer to each
    other in no circles, so that what falls out of use goes all the same.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()
