"""The service over HTTP: routes, credentials, and an answer to everything."""

from __future__ import annotations

import json
import logging
import traceback
import uuid
from collections.abc import Mapping

from flask import Request, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule

from fulfillment.access import Access, Caller
from fulfillment.errors import FulfillmentError, NoAccess, Refused, Unavailable
from fulfillment.openapi import described
from fulfillment.operations import OPERATIONS
from fulfillment.payloads import answer_body, error_body, read_body, read_order
from fulfillment.refusals import MAX_BODY, Refusal, refusal_of, refusal_of_http
from fulfillment.routes import ROUTES, Route
from fulfillment.service import Service
from fulfillment.throttle import Throttle

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

log = logging.getLogger("fulfillment")


class Api:
    """The routes on one service."""

    def __init__(self, service: Service, access: Access) -> None:
        self._service = service
        self._access = access
        self._throttle = Throttle()
        rules = [Rule(path, methods=[method], endpoint=(method, path)) for method, path in ROUTES]
        self._map = Map(rules, strict_slashes=False)

    def handle(self, request: Request) -> Response:
        """The answer to any request: never an exception, a stack trace, or a key of another order."""
        request_id = request.headers.get("X-Request-Id", "")[:100] or uuid.uuid4().hex
        try:
            return self._answered(request, request_id)
        except Refusal as refusal:
            return _refused(refusal, request, request_id)
        except FulfillmentError as error:
            return _refused(refusal_of(error), request, request_id)
        except HTTPException as error:
            return _refused(refusal_of_http(error), request, request_id)
        except Exception as error:  # noqa: BLE001  the one place: a caller gets an answer whatever broke
            _log_crash(error, request_id)
            crash = Refusal(500, "internal", "Something went wrong here; it was logged.")
            return _refused(crash, request, request_id)

    def _answered(self, request: Request, request_id: str) -> Response:
        urls = self._map.bind("")
        endpoint, given = urls.match(request.path, method=request.method)
        route = ROUTES[endpoint]
        if endpoint == ("GET", "/openapi.json"):
            return _response(200, described())
        if endpoint == ("GET", "/health"):
            return self._health(request_id, with_details=self._is_known(request))
        caller = self._caller(request)
        _check_role(caller, route)
        body = {**_body(request), **given}
        if route.operation:
            return self._operation(route.operation, body, caller, request_id)
        reply = self._service.fulfil(read_order(body), by=caller.name)
        is_failed = reply.answer.outcome == "failed" and request.args.get("on_failed") == "409"
        return _response(409 if is_failed else 200, answer_body(reply, request_id))

    def _caller(self, request: Request) -> Caller:
        """Who calls. Raises Unauthenticated, Forbidden, GoogleAway, and Refusal where it calls too often."""
        try:
            caller = self._access.caller_of(request.headers.get("Authorization", ""))
        except NoAccess:
            self._throttle.fail(_address(request))
            raise
        self._throttle.admit(caller)
        return caller

    def _is_known(self, request: Request) -> bool:
        """May this request see details? A wrong token is not refused here: it sees what everybody sees."""
        try:
            return bool(self._caller(request))
        except (NoAccess, Unavailable, Refusal):
            return False

    def _operation(self, name: str, body: Mapping[str, object], caller: Caller, request_id: str) -> Response:
        operation = OPERATIONS[name]
        try:
            said = operation.run(self._service, body, caller.name)
        except Refused as no:  # the operator's question was understood, and the answer is no
            said = {"status": "error", "reason": no.code, "message": str(no), **operation.nothing}
        return _response(200, {**said, "request_id": request_id})

    def _health(self, request_id: str, *, with_details: bool) -> Response:
        """Is the spreadsheet there, readable and ours? 1 read where a token asks, none otherwise."""
        said: dict[str, object] = {"status": "ok", "request_id": request_id}
        if not with_details:
            return _response(200, said)
        try:
            return _response(200, {**said, "sheets": "ok", "version": self._service.check()})
        except FulfillmentError as error:
            return _response(503, {**said, "status": "error", "sheets": str(error)})


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


def _refused(refusal: Refusal, request: Request, request_id: str) -> Response:
    body = error_body(refusal.code, refusal.message, request_id, refusal.fields)
    if request.path.rstrip("/") != "/orders":
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


def _log_crash(error: Exception, request_id: str) -> None:
    """Type and places alone: the text of an unforeseen error may quote a key."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    log.error("request %s crashed: %s at %s", request_id, type(error).__name__, places)
