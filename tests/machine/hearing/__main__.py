"""python -m tests.machine.hearing: many orders at once, Slack failing, kills; and who heard what."""

from __future__ import annotations

import argparse
import secrets
import sys

from tests.machine.hearing.run import Outcome, Plan, run


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.machine.hearing", description=__doc__)
    options.add_argument("--orders", type=int, default=500)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=None, help="the same orders, faults and kills again")
    args = options.parse_args()
    seed = secrets.randbelow(10**6) if args.seed is None else args.seed
    print(f"{args.orders} orders at once, {args.kills} kills, seed {seed}", flush=True)
    outcome = run(Plan(args.orders, args.kills, seed), say=lambda line: print(line, flush=True))
    print("\n".join(told(outcome)))
    return 1 if outcome.verdict.breaches or outcome.hook_problems else 0


def told(outcome: Outcome) -> list[str]:
    """The figures of a run, and what was found wrong."""
    found = outcome.verdict
    replays = ", ".join(f"{runs} runs {times}x" for times, runs in sorted(outcome.replays.items()))
    return [
        f"orders     {dict(found.outcomes)}",
        f"mails      {found.mails}, {outcome.by_hook} by the hook, repeated {found.repeated_mails}",
        f"messages   {dict(found.told)}",
        f"repeated   {found.repeated_messages} messages; {found.repeats_in_log} that may be are in the log",
        f"faults     {dict(outcome.faults)}",
        f"kills      {outcome.kills}; replayed by Autoreplay: {replays}; by hand {outcome.by_hand}",
        f"time       {outcome.seconds:.0f} s; the last message {outcome.minutes:.0f} minutes later",
        *(f"HOOK       {problem}" for problem in outcome.hook_problems),
        *(f"BREACH     {breach}" for breach in found.breaches),
        "everybody heard the right thing" if not found.breaches else f"{len(found.breaches)} breaches",
    ]


if __name__ == "__main__":
    sys.exit(main())
