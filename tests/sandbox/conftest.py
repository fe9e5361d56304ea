"""A local Google for each test file, and a fresh spreadsheet for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client, client_of

STANDARD = {"quotas": False, "latency": None, "lossy_append": True, "cell_limit": True}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def google(sandbox: Sandbox) -> Iterator[Client]:
    with client_of(sandbox) as client:
        yield client
        client.call("DELETE", "/_sandbox/faults")
        client.call("PUT", "/_sandbox/settings", STANDARD)
