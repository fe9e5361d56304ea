"""python -m demo: the local Google, the function, a sample workbook, the sample orders, and what each got.

Serves until interrupted; with ONCE=1 it ends after printing.
"""

from __future__ import annotations

import os
import signal
import sys

from demo.options import read_options
from demo.processes import HOST, INTERRUPTS, Trouble
from demo.tour import Tour


def main() -> int:
    """The exit status: 0, 1 for trouble that is told, 130 when interrupted before the end."""
    for interrupt in INTERRUPTS:  # also where they were ignored, as they are for a job in the background
        signal.signal(interrupt, signal.default_int_handler)
    os.environ["no_proxy"] = HOST  # nothing of this leaves the machine
    try:
        return Tour(read_options(os.environ)).run()
    except (Trouble, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
