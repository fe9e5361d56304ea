"""The function that plans anew after a lost reply, with a new id, where it should look for its stamp.

Nothing is given twice, for the fence holds; but what the first plan did is answered as somebody else's doing.
"""

from __future__ import annotations

from fulfillment.errors import Conflict
from fulfillment.sheets.sending import Sending
from tests.machine.taken_out import put


def _plan_anew(self: Sending) -> None:
    raise Conflict("The reply was lost: plan anew.")


put(Sending, "_look_for_it", _plan_anew)

from tests.machine.chaos.entry import handle  # noqa: E402, F401  the entry point, now without its guard
