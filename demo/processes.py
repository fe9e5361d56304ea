"""The local Google and the function as processes of their own: started, waited for, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PATIENCE_S = 30.0
"""For so long a process may take to answer for the first time."""

STOP_S = 5.0
"""For so long a process may take to end when it is asked to."""


class Trouble(Exception):
    """It cannot go on; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours, and the file that it writes what it has to say into."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises Trouble with its last words when it has ended."""
        status = self.process.poll()
        if status is not None:
            raise Trouble(f"{self.name} has ended by itself (status {status}).{_last_words(self.log)}")

    def stop(self) -> None:
        """It has ended, gently if it can."""
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Processes:
    """The children; whatever happens, they end when this does, the youngest first."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _uninterrupted():
            while self._children:
                self._children.pop().stop()

    def start(self, name: str, arguments: Sequence[str], settings: Mapping[str, str]) -> Child:
        """A Python program as a child. It is not in our terminal's group: Ctrl-C is ours alone to handle."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name.lower().replace(' ', '-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children.append(Child(name, process, log))
        return self._children[-1]

    def check(self) -> None:
        """Raises Trouble when one of them has ended."""
        for child in self._children:
            child.check()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl-C must not leave one of the children behind."""
    before = [(interrupt, signal.signal(interrupt, signal.SIG_IGN)) for interrupt in INTERRUPTS]
    try:
        yield
    finally:
        for interrupt, handler in before:
            signal.signal(interrupt, handler)


def wait_until_answers(child: Child, url: str) -> None:
    """Returns once a GET of this address is answered. Raises Trouble when the child ends, or is slow."""
    until = time.monotonic() + PATIENCE_S
    while not _answers(url):
        child.check()
        if time.monotonic() > until:
            raise Trouble(
                f"{child.name} did not answer at {url} in {PATIENCE_S:.0f} seconds: see {child.log}."
            )
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def run(arguments: Sequence[str], settings: Mapping[str, str]) -> str:
    """What a Python program that ends by itself prints. Raises Trouble when it fails."""
    command = f"python {' '.join(arguments)}"
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Trouble(f"`{command}` did not end in {PATIENCE_S:.0f} seconds.") from None
    if done.returncode:
        raise Trouble(f"`{command}` failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def check_port(port: int, setting: str) -> None:
    """Raises Trouble when nobody can listen there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise Trouble(
                f"Port {port} cannot be used ({os.strerror(error.errno or 0)}). End what listens there, "
                f"perhaps another `make run`, or choose another port with {setting}: "
                f"`{setting}={port + 1} make run`."
            ) from None


def _last_words(log: Path, lines: int = 12) -> str:
    words = log.read_text(errors="replace").strip().splitlines()[-lines:]
    return "\n".join([" Its last words:", *(f"    {line}" for line in words)]) if words else ""
