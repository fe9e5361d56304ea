"""Whoever calls the function: asks any writer, again where it must, and writes down what was said."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.local import TOKENS
from tests.machine.chaos.writers import Writers
from tests.machine.said import LOST, Said

PATIENCE_S = 240.0
"""How long somebody goes on asking."""
TIMEOUT_S = 40.0

PATHS = {
    "order": "/orders",
    "status": "/orders/status",
    "release": "/orders/release",
    "clear": "/orders/clear",
    "replace": "/orders/replace",
    "close": "/orders/close",
    "delivered": "/orders/delivered",
    "import": "/keys/import",
    "publish": "/catalogue/publish",
    "refresh": "/inventory/refresh",
}

Body = Mapping[str, Any]


class Log:
    """Everything that was said, by many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._said: list[Said] = []

    def add(self, said: Said) -> None:
        with self._guard:
            self._said.append(said)

    def said(self) -> list[Said]:
        """All of it so far."""
        with self._guard:
            return list(self._said)


class Caller:
    """One thread's way to the writers."""

    def __init__(self, writers: Writers, log: Log, chance: random.Random) -> None:
        self._writers, self._log, self.chance = writers, log, chance

    def twin(self, chance: random.Random) -> Caller:
        """Another thread's way to the same writers."""
        return Caller(self._writers, self._log, chance)

    def settle(self, what: str, body: Body | Callable[[int], Body]) -> Said:
        """Asks until it is answered; each try goes to any writer, and may say something of its own."""
        until, tries = time.monotonic() + PATIENCE_S, 0
        while True:
            tries += 1
            asked = body(tries) if callable(body) else body
            said = self.ask(self.chance.randrange(self._writers.count), what, asked, tries=tries)
            if said.is_answer or self._writers.are_closed or time.monotonic() > until:
                return said
            time.sleep(self.chance.uniform(0.05, 0.4))

    def ask(self, writer: int, what: str, body: Body, *, tries: int = 1) -> Said:
        """One try, written down."""
        asked_at = time.time()
        status, answer = _post(self._writers.port(writer), PATHS[what], body)
        said = Said(what, body, status, answer, asked_at, time.time(), tries)
        self._log.add(said)
        return said


def _post(port: int, path: str, body: Body) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer; LOST where the connection broke off before there was a whole one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    headers = {"Authorization": f"Bearer {TOKENS['admin']}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return LOST, {}
    finally:
        connection.close()
