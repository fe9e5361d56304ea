"""Who may ask: programs of this machine, and pages that this server served itself.

A browser also runs other people's pages. One of them could send requests here (cross-site forgery), or read
the answers after its own name was made to point here (DNS rebinding); what the browser sends tells them.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from sandbox.errors import Refusal
from sandbox.wire import Request


def check_visitor(request: Request) -> None:
    """Refuses what comes from another site's page, and own routes asked for from another machine."""
    host = request.headers.get("host", "")
    if request.is_local and not _is_of_this_machine(host):
        raise Refusal(403, "Ask for this server by its address, or as localhost.")
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        raise Refusal(403, "Pages of other sites may not use this server.")
    if request.path.startswith("/_sandbox/") and not request.is_local:
        raise Refusal(403, "Only this machine may use the stand-in's own routes.")


def _is_of_this_machine(host: str) -> bool:
    """Whether a Host header is no name that somebody else could have made to point here."""
    try:
        name = urlsplit(f"//{host}").hostname or "localhost"
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False
