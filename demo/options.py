"""What `make run` can be told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.processes import HOST, Trouble

NO = ("", "0", "no", "false")


@dataclass(frozen=True, slots=True)
class Options:
    """Where it all happens, and whether it ends after printing."""

    port: int
    sandbox_port: int
    folder: Path
    once: bool

    @property
    def url(self) -> str:
        """The function's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """The local Google's address."""
        return f"http://{HOST}:{self.sandbox_port}"


def read_options(environment: Mapping[str, str]) -> Options:
    """The options in PORT, SANDBOX_PORT, LOCAL_DIR and ONCE. Raises Trouble for a port that is none."""
    options = Options(
        port=_port(environment, "PORT", 8080),
        sandbox_port=_port(environment, "SANDBOX_PORT", 8090),
        folder=Path(environment.get("LOCAL_DIR") or ".local").absolute(),
        once=environment.get("ONCE", "").lower() not in NO,
    )
    if options.port == options.sandbox_port:
        raise Trouble(f"PORT and SANDBOX_PORT are both {options.port}: they must differ.")
    return options


def _port(environment: Mapping[str, str], setting: str, default: int) -> int:
    given = environment.get(setting) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Trouble(f"{setting} must be a port between 1 and 65535, not `{given}`.")
    return int(given)
