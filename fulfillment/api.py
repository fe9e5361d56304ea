"""The service over HTTP: routes, credentials, and an answer to everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import Request, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule

from fulfillment.access import Access, Caller
from fulfillment.alarms import Alarm
from fulfillment.checks import Finding, Trial, findings
from fulfillment.errors import FulfillmentError, NoAccess, Refused, Unavailable
from fulfillment.health import Health, Pulse
from fulfillment.operations import OPERATIONS
from fulfillment.payloads import answer_body, error_body, read_body, read_order
from fulfillment.refusals import MAX_BODY, Refusal, not_let_in, refusal_of, refusal_of_http, unread
from fulfillment.routes import ROUTES, Route
from fulfillment.service import Service
from fulfillment.throttle import Throttle
from fulfillment.visit import Visit, facts_of

NEED_A_PERSON = (403, 500, 503)
"""Statuses that a caller can do little about."""

MOST_NAMED = 3
"""Breaches that an alarm names."""

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Api:
    """The routes on one service."""

    def __init__(
        self,
        service: Service,
        access: Access,
        *,
        alarm: Alarm,
        trials: Mapping[str, Trial],
        project: str = "",
        support: str = "",
    ) -> None:
        """`trials` are the dependencies besides the workbook, for /health; `project` is named in the log.

        `support`: whom a caller is told to ask where a person has to help.
        """
        self._service = service
        self._alarm = alarm
        self._access = access
        self._trials = trials
        self._project = project
        self._support = support
        self._throttle = Throttle()
        self._pulse = Pulse()
        rules = [Rule(path, methods=[method], endpoint=(method, path)) for method, path in ROUTES]
        self._map = Map(rules, strict_slashes=False)

    def handle(self, request: Request) -> Response:
        """The answer to any request: never an exception, a stack trace, or a key of another order."""
        visit = Visit.of(request)
        response = self._response_to(visit)
        visit.ended(response, self._project)
        if visit.facts.get("route") == "POST /orders":
            self._pulse.beat(visit.seconds, is_error=response.status_code >= 500)
        return response

    def _response_to(self, visit: Visit) -> Response:
        try:
            return self._answered(visit)
        except Refusal as refusal:
            return self._refused(refusal, visit)
        except FulfillmentError as error:
            return self._refused(refusal_of(error), visit)
        except HTTPException as error:
            return self._refused(refusal_of_http(error), visit)
        except Exception as error:  # noqa: BLE001  the one place: a caller gets an answer whatever broke
            visit.crashed(error)
            return self._refused(Refusal(500, "internal", "Something went wrong here; it was logged."), visit)

    def _refused(self, refusal: Refusal, visit: Visit) -> Response:
        """The answer of a refusal; that a paid order did not get in is heard at once."""
        if (visit.request.method, visit.request.path.rstrip("/")) == ("POST", "/orders"):
            self._alarm(*not_let_in(refusal, visit.request_id))
        elif refusal.status == 503 and refusal.code != "busy":  # that passes; this needs a person
            self._tell_who_sleeps(visit, refusal.message)
        if self._support and refusal.status in NEED_A_PERSON:
            refusal = replace(refusal, message=f"{refusal.message} Ask {self._support}.")
        return _refused(refusal, visit)

    def _answered(self, visit: Visit) -> Response:
        request = visit.request
        (method, path), given = self._map.bind("").match(request.path, method=request.method)
        route = ROUTES[method, path]
        visit.facts["route"] = f"{method} {path}"
        if path == "/openapi.json":
            from fulfillment.openapi import described  # a quarter of the start's time, for who seldom asks

            return _response(200, described())
        if path == "/health":
            return self._health(visit)
        caller = self._caller(visit)
        _check_role(caller, route)
        body = {**_body(request), **given}
        if route.operation:
            return self._operation(route.operation, body, caller, visit)
        return self._order(body, caller, visit)

    def _order(self, body: Mapping[str, object], caller: Caller, visit: Visit) -> Response:
        reply = self._service.fulfil(read_order(body), by=caller.name)
        said = answer_body(reply, visit.request_id)
        visit.facts |= facts_of(said)
        is_failed = reply.answer.outcome == "failed" and visit.request.args.get("on_failed") == "409"
        return _response(409 if is_failed else 200, said)

    def _caller(self, visit: Visit) -> Caller:
        """Who calls. Raises Unauthenticated, Forbidden, GoogleAway, and Refusal where it calls too often."""
        try:
            caller = self._access.caller_of(visit.request.headers.get("Authorization", ""))
        except NoAccess:
            self._throttle.fail(_address(visit.request))
            raise
        visit.facts["role"] = caller.role
        self._throttle.admit(caller)
        return caller

    def _is_known(self, visit: Visit) -> bool:
        """May this request see details? A wrong token is not refused here: it sees what everybody sees."""
        try:
            return bool(self._caller(visit))
        except (NoAccess, Unavailable, Refusal):
            return False

    def _operation(self, name: str, body: Mapping[str, object], caller: Caller, visit: Visit) -> Response:
        operation = OPERATIONS[name]
        try:
            said = operation.run(self._service, body, caller.name)
        except Refused as no:  # the operator's question was understood, and the answer is no
            said = {"status": "error", "reason": no.code, "message": str(no), **operation.nothing}
        visit.facts |= facts_of(said)
        if said["status"] == "error":
            self._tell_who_sleeps(visit, _with_breaches(said))
        return _response(200, {**said, "request_id": visit.request_id})

    def _tell_who_sleeps(self, visit: Visit, message: str) -> None:
        """Nobody reads what the scheduler is answered: a no, as of the audit at night, is an alarm."""
        if visit.facts.get("role") == "scheduler":
            self._alarm(*unread(str(visit.facts["route"]), message))

    def _health(self, visit: Visit) -> Response:
        """`ok` or `error`; to those who are known also each dependency, and what misses its target.

        1 read, and 1 call for each other dependency, where a token asks; none otherwise.
        """
        said: dict[str, object] = {"status": "ok", "request_id": visit.request_id}
        if not self._is_known(visit):
            return _response(200, said)
        tried = {finding.name: finding for finding in findings(self._trials)}
        try:
            said |= _health_body(self._service.health(self._pulse))
        except FulfillmentError as error:
            tried["sheets"] = Finding("sheets", False, str(error))
        said |= {name: "ok" if finding.is_ok else finding.message for name, finding in tried.items()}
        is_ok = all(finding.is_ok for finding in tried.values())
        return _response(200 if is_ok else 503, {**said, "status": "ok" if is_ok else "error"})


def _with_breaches(said: Mapping[str, Any]) -> str:
    """What an operation says, and the first of what an audit found; neither names a key code."""
    found = [breach["message"] for breach in said.get("breaches", ())]
    return " ".join([said["message"], *found[:MOST_NAMED]])


def _health_body(health: Health) -> dict[str, object]:
    books = asdict(health.books)
    mails = {name: books.pop(name) for name in ("confirmed", "unconfirmed")}
    messages = {name: books.pop(name) for name in ("pending", "due_at", "error")}
    figures = asdict(health) | {"sheets": "ok", **books, "messages": messages, "mails": mails}
    del figures["books"]
    return figures


def _check_role(caller: Caller, route: Route) -> None:
    if caller.role not in route.roles:
        raise Refusal(
            403, "forbidden", f"This is not for the role {caller.role}, but for {' or '.join(route.roles)}."
        )


def _address(request: Request) -> str:
    """Where a request comes from: of the addresses passed on, the one that Google's front end saw."""
    return (request.headers.get("X-Forwarded-For") or request.remote_addr or "").split(",")[-1].strip()


def _body(request: Request) -> dict[str, object]:
    # not by werkzeug's own limit: functions-framework reads what is left of the body, and would trip on it
    if (request.content_length or 0) > MAX_BODY:
        raise RequestEntityTooLarge
    raw = request.get_data()
    if len(raw) > MAX_BODY:  # sent in chunks, without a length
        raise RequestEntityTooLarge
    needs_none = request.method == "GET" or request.path != "/orders"
    return {} if needs_none and not raw.strip() else read_body(raw, request.content_type or "")


def _refused(refusal: Refusal, visit: Visit) -> Response:
    visit.facts["reason"] = refusal.code
    body = error_body(refusal.code, refusal.message, visit.request_id, refusal.fields)
    if visit.request.path.rstrip("/") != "/orders":
        body = {name: body[name] for name in ("status", "reason", "message", "fields", "request_id")}
    response = _response(refusal.status, body)
    if refusal.retry_after_s:
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    if refusal.allow:
        response.headers["Allow"] = ", ".join(refusal.allow)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _response(status: int, body: Mapping[str, object]) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, headers=HEADERS, mimetype="application/json")
