"""What a fault makes of a call: an answer in place of it, or its own answer lost on the way back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from sandbox.faults import Instruction
from sandbox.wire import CUT_BEFORE, Answer, Request

Words = Mapping[str, Answer]
"""How a service itself says 500, 503, 429 and html-502."""


def instead(fault: Instruction, request: Request, words: Words) -> Answer | None:
    """The answer that a fault gives in place of the call; None when the call is to be carried out."""
    match fault.kind:
        case "reset":
            return CUT_BEFORE
        case "stall":
            # A call that hangs and never gets through: once its caller has left, it is not carried out.
            time.sleep(fault.seconds)
            return CUT_BEFORE if request.has_left() else None
        case "apply-late":
            # Carried out all the same, whether or not its caller still waits.
            time.sleep(fault.seconds)
    return words.get(fault.kind)


def afterwards(fault: Instruction, answer: Answer, words: Words) -> Answer:
    """What comes back of the answer to a call that was carried out."""
    match fault.kind:
        case "apply-then-drop":
            return CUT_BEFORE
        case "apply-then-503":
            return words["503"]
        case "reset-midway":
            return replace(answer, cut="midway")
    return answer
