"""One commit sent until its fate is known.

Every failure has its rule:

| what comes back                    | what is done                                                          |
|------------------------------------|-----------------------------------------------------------------------|
| 200 whose first reply is our stamp | committed                                                             |
| 429                                | nothing was applied: wait with jitter, send the same bytes            |
| 5xx, time-out, reset, HTML         | unknown: read the stamps. Ours: committed. Another's: Conflict. None: |
|                                    | the same bytes again, with the same id, so that twins cannot both land|
| 400                                | the same; but where no stamp shows in two more reads over some        |
|                                    | seconds, the batch is bad: once without the prune, then BatchRefused  |
| 401, 403, 404                      | NotAllowed                                                            |
| the caller's time is up            | CommitUncertain where it was sent; the next look finds the truth      |

Nothing is ever decided by the text of an error.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import tenacity

from fulfillment.errors import BatchRefused, CommitUncertain, Conflict, GoogleAway, QuotaSpent
from fulfillment.sheets.batches import REPLY_MASK
from fulfillment.sheets.client import Json, SheetsClient
from fulfillment.sheets.fence import STAMPS_MASK, proves, read_stamps

CALL_TIMEOUT_S = 12
"""One write that takes longer is looked after; Google's slowest per cent stays far below."""

PATIENCE_S = (0.0, 0.7, 2.0)
"""Pauses before the reads that follow a refusal: reads may lag writes by some seconds."""

WAIT = tenacity.wait_random_exponential(multiplier=0.3, max=4)


@dataclass(slots=True)
class Sending:
    """A commit on its way; `body` and `without_prune` carry the same id and the same rows."""

    client: SheetsClient
    version: int
    commit_id: str
    body: bytes
    without_prune: bytes
    until: float
    """Monotonic time at which to give up."""
    is_unknown: bool = False
    """Was a reply lost, so that the commit may have landed, or may land still?"""

    def run(self) -> Json | None:
        """The reply, or None where the commit landed but its reply was lost.

        1 write when all goes well. Raises Conflict, CommitUncertain, QuotaSpent, BatchRefused, NotAllowed.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((GoogleAway, QuotaSpent)),
            wait=WAIT,
            stop=tenacity.stop_before_delay(self._left()),
            reraise=True,
        )
        try:
            return retrying(self._once)
        except (GoogleAway, QuotaSpent) as error:
            if self.is_unknown:
                raise CommitUncertain(f"Whether the commit landed is not known yet: {error}") from error
            raise

    def _left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def _once(self) -> Json | None:
        try:
            reply = self.client.batch_update(self.body, fields=REPLY_MASK, timeout_s=self._timeout())
        except BatchRefused:
            self._after_refusal()
            return None
        except GoogleAway:
            self.is_unknown = True
            if self._has_landed():
                return None
            raise
        if not proves(reply, self.version, self.commit_id):
            self.is_unknown = True
            raise GoogleAway("Google's answer to the commit does not carry its stamp.")
        return reply

    def _timeout(self) -> float:
        return max(1.0, min(CALL_TIMEOUT_S, self._left()))

    def _has_landed(self) -> bool:
        """Does our stamp stand? Raises Conflict where another's does; the System row tells nothing here."""
        reply = self.client.get([], STAMPS_MASK, timeout_s=self._timeout())
        found = read_stamps(reply).get(self.version)
        if found is not None and found != self.commit_id:
            raise Conflict(f"Another writer committed version {self.version}.")
        return found is not None

    def _after_refusal(self) -> None:
        """A 400: returns where an earlier twin landed, raises where the race was lost or the batch is bad."""
        for pause in PATIENCE_S:
            time.sleep(min(pause, self._left()))
            if self._has_landed():
                return
        if self.body != self.without_prune:
            self.body = self.without_prune
            raise GoogleAway("Google refused the commit; it is sent once more without the prune.")
        raise BatchRefused("Google refuses this commit, whoever sends it.")
