"""The command that takes the service live, step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import click

from fulfillment.answers import counted
from fulfillment.app import build_clock, build_service, build_trials
from fulfillment.checklist import Step
from fulfillment.checks import findings
from fulfillment.cli.running import cli, who
from fulfillment.clock import CLOCK
from fulfillment.errors import FulfillmentError
from fulfillment.mailing import Rehearsed
from fulfillment.operations.going_live import is_live, release_test, send_test, steps
from fulfillment.service import Service
from fulfillment.settings import read_settings

LOOKS_EVERY_S = 3.0
"""How often the draft order's ticks are looked at."""

ANY = "*"


@cli.command("go-live")
@click.option(
    "--draft",
    is_flag=False,
    flag_value=ANY,
    default="",
    metavar="[SKU]",
    help="Make a paid order in the shop.",
)
@click.option("--wait", "wait_s", default=0, metavar="SECONDS", help="For the draft order's four ticks.")
@click.option("--release-tests", "tests", flag_value="release", help="Orders of test mode give keys back.")
@click.option("--send-tests", "tests", flag_value="send", help="Their keys go to the customers.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def go_live(draft: str, wait_s: int, tests: str | None, yes: bool) -> None:
    """Say what is done of going live, and what is to be done next; exit status 0 once it is live."""
    settings = read_settings()
    service = build_service(settings)
    if draft:
        _agreed("Have the test recipient buy a piece in the shop, by a draft order?", yes)
        name = service.storefront.make_draft("" if draft == ANY else draft)
        click.echo(f"Order {name} is in the shop, paid.")
    if wait_s:
        _wait(service, wait_s)
    if tests == "release":
        _settle(service, "Give the keys of these orders back?", release_test, yes)
    if tests == "send":
        _settle(service, "Mail the keys of these orders to their customers?", send_test, yes)
    found = [*_told(steps(service, findings(build_trials(settings)), build_clock(settings)()))]
    sys.exit(0 if is_live(found) else 1)


def _agreed(question: str, yes: bool) -> None:
    """Ends the command unless somebody says yes."""
    if not yes:
        click.confirm(question, abort=True)


def _told(found: Iterable[Step]) -> Iterable[Step]:
    for step in found:
        mark = click.style("[x]", fg="green") if step.is_done else click.style("[ ]", fg="yellow")
        click.echo(f"{mark} {step.title}: {step.message}")
        yield step


def _wait(service: Service, wait_s: int) -> None:
    """Returns once the draft order has its ticks, or the time is over."""
    until = CLOCK.now_s() + wait_s
    while (ticks := service.storefront.draft_ticks()) and ticks.missing:
        if CLOCK.now_s() + LOOKS_EVERY_S > until:
            return
        CLOCK.sleep(LOOKS_EVERY_S)


def _settle(
    service: Service, question: str, done_by: Callable[[Service, Rehearsed, str], str], yes: bool
) -> None:
    """Each order that was answered in test mode is settled; one that cannot be keeps no other from it."""
    orders = service.rehearsed()
    for order in orders:
        name = order.order_name or order.order_id
        click.echo(f"{name}  {order.customer}  {order.outcome}, {counted(order.seats, 'seat')}")
    if not orders:
        return
    _agreed(question, yes)
    for order in orders:
        try:
            click.echo(done_by(service, order, who()))
        except FulfillmentError as error:
            click.echo(str(error), err=True)
