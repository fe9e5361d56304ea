#!/usr/bin/env python3
"""Stands where gcloud is looked for: remembers what it was asked, and what it was asked to make.

Its memory is the folder GCLOUD_MEMORY: `calls` has a line of JSON for each call, `made` what is there.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

MEMORY = Path(os.environ["GCLOUD_MEMORY"])


def main(*words: str) -> int:
    """Exit status 1 for a `describe` of what was never made, as gcloud's."""
    plain = [word for word in words if not word.startswith("--project=") and word != "--quiet"]
    piped = sys.stdin.read() if "--data-file=-" in words else ""
    settings = next((Path(w.partition("=")[2]) for w in words if w.startswith("--env-vars-file=")), None)
    call = {
        "words": [word for word in plain if not word.startswith("--env-vars-file=")],
        "project": words[0] if words[0].startswith("--project=") else words[1],
        "piped": piped,
        "settings": json.loads(settings.read_text()) if settings else {},
    }
    with (MEMORY / "calls").open("a") as calls:
        print(json.dumps(call), file=calls)
    return answer(plain, piped)


def answer(words: list[str], piped: str) -> int:
    made = MEMORY / "made"
    there = json.loads(made.read_text()) if made.exists() else {}
    name = next((word for word in words if word.startswith("fulfillment")), "")
    if "describe" in words:
        known = there.get(f"{words[0]} {name}")
        if known and "--format=value(state)" in words:
            print(known)
        return 0 if known else 1
    if words[:2] == ["scheduler", "jobs"] and words[2] in ("pause", "resume"):
        state, was = ("PAUSED", "ENABLED") if words[2] == "pause" else ("ENABLED", "PAUSED")
        if there.get(f"scheduler {name}") != was:
            return 1
        there[f"scheduler {name}"] = state
    if words[:3] == ["secrets", "versions", "access"]:
        print(there.get(next(w for w in words if w.startswith("--secret=")), ""), end="")
    elif words[:3] == ["secrets", "versions", "add"]:
        there[f"--secret={name}"] = piped
    elif "create" in words:
        address = "@my-project.iam.gserviceaccount.com" if "service-accounts" in words else ""
        there[f"{words[0]} {name}{address}"] = "ENABLED"
        if "--format=value(name)" in words:
            print("projects/my-project/a-name")
    elif words[:3] == ["run", "revisions", "list"]:
        print("fulfillment-00002-new\nfulfillment-00001-old")
    elif "list" in words and f"{words[0]} " in there:
        print("projects/my-project/a-name")
    made.write_text(json.dumps(there))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
