"""One commit sent until its fate is known.

Every failure has its rule:

| what comes back                    | what is done                                                          |
|------------------------------------|-----------------------------------------------------------------------|
| 200 whose first reply is our stamp | committed                                                             |
| 429                                | nothing was applied: wait with jitter, send the same bytes            |
| 5xx, time-out, reset, HTML         | unknown: read the stamps. Ours: committed. Another's: Conflict. None: |
|                                    | the same bytes again, with the same id, so that twins cannot both land|
| 400 after such an unknown          | the same                                                              |
| 400 else                           | nothing was applied: another was first, or the batch is bad. Conflict,|
|                                    | so look and plan anew; where version n stays the newest in further    |
|                                    | looks, once more without the prune, then BatchRefused (see the store) |
| 401, 403, 404                      | NotAllowed                                                            |
| the caller's time is up            | CommitUncertain where it was sent; the next look finds the truth      |

Nothing is ever decided by the text of an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.clock import Clock
from fulfillment.errors import BatchRefused, Busy, CommitUncertain, Conflict, GoogleAway, QuotaSpent
from fulfillment.sheets.batches import REPLY_MASK
from fulfillment.sheets.client import Json, SheetsClient
from fulfillment.sheets.fence import STAMPS_MASK, proves, read_stamps
from fulfillment.sheets.pace import Pace

CALL_TIMEOUT_S = 12
"""One write that takes longer is looked after; Google's slowest per cent stays far below."""

RETRY_FIRST_S, RETRY_MOST_S = 0.3, 4.0


@dataclass(slots=True)
class Sending:
    """A commit on its way: the same bytes, with the same id, as often as needed."""

    client: SheetsClient
    pace: Pace
    clock: Clock
    version: int
    commit_id: str
    body: bytes
    until: float
    """Monotonic time at which to give up."""
    is_unknown: bool = False
    """Was a reply lost, so that the commit may have landed, or may land still?"""

    def run(self) -> Json | None:
        """The reply, or None where the commit landed but its reply was lost.

        1 write when all goes well. Raises Conflict, CommitUncertain, QuotaSpent, NotAllowed, and BatchRefused
        for any 400 to the first bytes sent.
        """
        retrying = self.clock.retrying(
            GoogleAway, QuotaSpent, first_s=RETRY_FIRST_S, most_s=RETRY_MOST_S, until=self.until
        )
        try:
            return retrying(self._once)
        except (Busy, GoogleAway, QuotaSpent) as error:
            if self.is_unknown:
                raise CommitUncertain(f"Whether the commit landed is not known yet: {error}") from error
            raise

    def _left(self) -> float:
        return max(0.0, self.until - self.clock.now_s())

    def _once(self) -> Json | None:
        if (
            not self._left()
        ):  # however long this thread was held up: the stamps may have been forgotten meanwhile
            raise Busy("There was no time left to commit.")
        self.pace.spend(self.clock.now_s())
        try:
            reply = self.client.batch_update(self.body, fields=REPLY_MASK, timeout_s=self._timeout())
        except QuotaSpent:
            self.pace.refused(self.clock.now_s(), jitter=self.clock.chance())
            raise
        except BatchRefused:
            if not self.is_unknown:
                raise
            self._look_for_it()
            return None
        except GoogleAway:
            self.is_unknown = True
            self._look_for_it()
            return None
        if not proves(reply, self.version, self.commit_id):
            self.is_unknown = True
            raise GoogleAway("Google's answer to the commit does not carry its stamp.")
        return reply

    def _timeout(self) -> float:
        return max(1.0, min(CALL_TIMEOUT_S, self._left()))

    def _look_for_it(self) -> None:
        """Returns where our stamp stands; the System row tells nothing here, for others may have gone on.

        Raises Conflict where another's stamp stands, GoogleAway where none does yet. 1 read.
        """
        reply = self.client.get([], STAMPS_MASK, timeout_s=self._timeout())
        found = read_stamps(reply).get(self.version)
        if found is None:
            raise GoogleAway("A commit was sent, and no stamp of it is seen yet.")
        if found != self.commit_id:
            raise Conflict(f"Another writer committed version {self.version}.")
