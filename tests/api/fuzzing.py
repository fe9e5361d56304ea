"""python -m tests.api.fuzzing [EXAMPLES]: schemathesis against a live function, so many for each route."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox.server import Sandbox
from tests.local import ROOT, TOKENS, Function, Workbook

HURRIED = ROOT / "tests" / "machine" / "chaos" / "entry.py"
"""The function at thirty times Google's pace: nothing may be refused for want of a turn."""

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method"
)


def main(examples: str = "1200") -> int:
    """The exit status of schemathesis: 0 where it found nothing."""
    with Sandbox() as google:
        shop = Workbook(google.url)
        shop.stock("NASM CPT combined EX-1 1000")
        shop.sell(CPT="NASM-CPT-FULL")
        with Function(shop, HURRIED) as function:
            command = [str(Path(sys.executable).with_name("st")), "run", f"{function.url}/openapi.json"]
            command += ["--header", f"Authorization: Bearer {TOKENS['admin']}", "--checks", CHECKS]
            command += ["--workers", "4", "--request-timeout", "60", "--max-examples", examples]
            command += ["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--warnings", "off"]
            return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
