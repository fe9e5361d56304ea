"""What each step of a Zap does: calls an address, lets a run pass or not, has a mail sent.

Where Zapier's part in it comes from, and how sure that is, stands in docs/sandbox.md.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from sandbox.book import Json
from sandbox.faults import FaultPlan
from sandbox.zap.design import Step
from sandbox.zap.mailbox import Mail, Mailbox
from sandbox.zap.mapping import Fields, as_text, filled_in, flattened

PATIENCE_S = 30.0
"""An action that takes longer is an error, whatever became of it."""


class Stopped(Exception):
    """The step failed, and the run with it: Stopped/Errored."""


class Filtered(Exception):
    """The run ends here, as it was meant to."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a step gave: its fields, and the answer of which they were made."""

    fields: Fields = field(default_factory=dict)
    said: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """What the steps reach: the function, whoever sends mails, and the clock."""

    function: str
    secret: str
    mailbox: Mailbox
    faults: FaultPlan
    now: Callable[[], datetime]
    patience_s: float = PATIENCE_S

    def typed(self, value: str) -> str:
        """What somebody types who follows the page: their own address and secret."""
        return value.replace("https://YOUR-FUNCTION", self.function).replace("ZAP-SECRET", self.secret)


def carried_out(step: Step, outputs: Mapping[int, Fields], world: World, run: int) -> Given:
    """What a step gives. Raises Stopped or Filtered.

    In fault plans a step is called `zap.step-2`: `apply-then-drop` does its work and loses the answer,
    anything else stops it before.
    """
    fault = world.faults.draw(f"zap.step-{step.number}", is_write=True)
    if fault and not fault.kind.startswith("apply"):
        raise Stopped(f"The app has trouble ({fault.kind}).")
    given = _done(step, outputs, world, run)
    if fault:
        raise Stopped(f"The app's answer was lost ({fault.kind}).")
    return given


def _done(step: Step, outputs: Mapping[int, Fields], world: World, run: int) -> Given:
    if step.app == "Webhooks by Zapier: POST":
        return _posted(step, outputs, world)
    if step.app.startswith("Filter by Zapier"):
        return _let_pass(step, outputs)
    if step.app.startswith("GHL"):
        return _mailed(step, outputs, world, run)
    raise Stopped(f"There is no step {step.app} here.")


def _posted(step: Step, outputs: Mapping[int, Fields], world: World) -> Given:
    """A POST with data fields: one level, texts; a field that comes out empty is left out."""
    texts = {name: filled_in(value, outputs) for name, value in step.group("Data").items()}
    data = {name: value for name, value in texts.items() if value}
    headers = {name: world.typed(filled_in(value, outputs)) for name, value in step.group("Headers").items()}
    if step.fields.get("Payload Type", "form") == "json":
        body, kind = json.dumps(data), "application/json"
    else:
        body, kind = urlencode(data), "application/x-www-form-urlencoded"
    status, raw = _call(world.typed(step.fields["URL"]), body, {"Content-Type": kind, **headers}, world)
    said = _read(raw)
    if status >= 400:
        raise Stopped(f"{status}: {said.get('message', 'no message')}")
    return Given(flattened(said), said)


def _call(url: str, body: str, headers: Mapping[str, str], world: World) -> tuple[int, bytes]:
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.netloc, timeout=world.patience_s, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=world.patience_s)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        connection.request("POST", target, body.encode(), {"Connection": "close", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except TimeoutError:
        raise Stopped("The app did not respond in-time. It may or may not have completed.") from None
    except (OSError, http.client.HTTPException) as error:
        raise Stopped(f"The app could not be reached ({type(error).__name__}).") from None
    finally:
        connection.close()


def _read(raw: bytes) -> Json:
    """The object that an answer is; empty for anything else."""
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _let_pass(step: Step, outputs: Mapping[int, Fields]) -> Given:
    """Nothing, where every rule holds: the field on the left `(Boolean) Is true`."""
    for value, rule in step.fields.items():
        if rule != "(Boolean) Is true":
            raise Stopped(f"There is no rule {rule} here.")
        if filled_in(value, outputs).strip().lower() != "true":
            raise Filtered
    return Given()


def _mailed(step: Step, outputs: Mapping[int, Fields], world: World, run: int) -> Given:
    typed = {name: filled_in(value, outputs) for name, value in step.fields.items()}
    if "@" not in typed["To"]:
        raise Stopped("GHL: the e-mail has no address to go to.")
    at = world.now().isoformat(timespec="seconds")
    world.mailbox.take(Mail(at, typed["To"], typed["Subject"], typed["Body"], _order_id(outputs), run))
    return Given({"status": "sent"})


def _order_id(outputs: Mapping[int, Fields]) -> str:
    found = (as_text(fields["order_id"]) for fields in outputs.values() if "order_id" in fields)
    return next(found, "")
