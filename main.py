"""The Cloud Function: the app is built once per instance, and handed each request."""

from __future__ import annotations

import sys

import functions_framework
from flask import Request, Response

from fulfillment.app import build_api
from fulfillment.settings import WrongSettings, read_settings

try:
    API = build_api(read_settings())
except WrongSettings as wrong:
    sys.exit(str(wrong))


@functions_framework.http
def handle(request: Request) -> Response:
    """The entry point."""
    return API.handle(request)
