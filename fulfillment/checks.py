"""What an environment is tried for: each dependency by itself, so that all that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fulfillment.errors import FulfillmentError
from fulfillment.settings import WrongSettings

Trial = Callable[[], str]
"""Tries one thing, and returns a sentence where it is as it should be.

Raises FulfillmentError, or WrongSettings where there are no credentials to try it with."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One dependency, and what was found."""

    name: str
    is_ok: bool
    message: str


def findings(trials: Mapping[str, Trial]) -> Iterable[Finding]:
    """What each of these trials found, in their order; none keeps another from being tried."""
    for name, trial in trials.items():
        try:
            yield Finding(name, True, trial())
        except (FulfillmentError, WrongSettings) as error:
            yield Finding(name, False, str(error))
