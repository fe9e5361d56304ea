"""python -m tests.machine.chaos: the long run with faults, kills, people and rivals, and its verdict."""

from __future__ import annotations

import argparse
import secrets
import sys

from tests.machine.chaos.report import announced, told
from tests.machine.chaos.run import Plan, run


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.machine.chaos", description=__doc__)
    options.add_argument("--orders", type=int, default=20_000)
    options.add_argument("--writers", type=int, default=3)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--faults", type=int, default=2_000, help="calls that are to suffer one, at least")
    options.add_argument("--seed", type=int, default=None, help="the same orders, faults and kills again")
    options.add_argument("--steps", type=float, default=1.0, help="what happens to an order, on average")
    options.add_argument("--threads", type=int, default=120, help="callers at one time")
    args = options.parse_args()
    seed = secrets.randbelow(10**6) if args.seed is None else args.seed
    plan = Plan(
        args.orders, args.writers, args.kills, args.faults, seed, threads=args.threads, steps=args.steps
    )
    print(announced(plan), flush=True)
    outcome = run(plan, say=lambda line: print(line, flush=True))
    print("\n".join(told(outcome)))
    return 0 if outcome.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
