"""The stand-ins that tests share: one local Google a session, a workbook of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox
from tests.local import Function, Workbook


@pytest.fixture(scope="session")
def google() -> Iterator[str]:
    """The address of a local Google that keeps everything in memory."""
    with Sandbox() as sandbox:
        yield sandbox.url


@pytest.fixture
def workbook(google: str) -> Iterator[Workbook]:
    """A workbook that nobody else uses, and no faults left over."""
    workbook = Workbook(google)
    workbook.forget_calls()
    yield workbook
    workbook.end_faults()


@pytest.fixture(scope="module")
def shop(google: str) -> Workbook:
    """A workbook that the tests of one module share, each with orders of its own."""
    return Workbook(google)


@pytest.fixture(scope="module")
def function(shop: Workbook) -> Iterator[Function]:
    """A function process on the module's workbook."""
    with Function(shop) as function:
        yield function
