"""The Cloud Function: the app is built once per instance, and handed each request."""

from __future__ import annotations

import os
import sys

import functions_framework
from flask import Request, Response, current_app, request

from fulfillment.app import build_api
from fulfillment.arrivals import read_first
from fulfillment.logs import start_logging
from fulfillment.settings import WrongSettings, read_settings

start_logging()
try:
    SETTINGS = read_settings()
    API = build_api(SETTINGS)
except WrongSettings as wrong:
    sys.exit(str(wrong))

# functions-framework reads the environment alone, after this file, and would take four threads per CPU
os.environ.setdefault("THREADS", str(SETTINGS.threads))
read_first()

if current_app:  # what functions-framework's own routes leave out, such as a line feed in the path
    current_app.register_error_handler(404, lambda _: API.handle(request))


@functions_framework.http
def handle(request: Request) -> Response:
    """The entry point."""
    return API.handle(request)
