"""The files of the page: its own, the grid library's, and those of `apps_script/` as Google gets them."""

from __future__ import annotations

import secrets
from pathlib import Path

from sandbox.errors import Refusal
from sandbox.wire import Answer, Request

WEB = Path(__file__).parent / "web"
APPS_SCRIPT = Path(__file__).parents[2] / "apps_script"

TYPES = {
    ".html": "text/html; charset=UTF-8",
    ".css": "text/css; charset=UTF-8",
    ".js": "text/javascript; charset=UTF-8",
    ".json": "application/json; charset=UTF-8",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=UTF-8",
    "": "text/plain; charset=UTF-8",
}

# Isolated, so that a script may wait for the answer to a dialog (SharedArrayBuffer); never kept by the
# browser, so that whoever changes a file sees it at the next look.
EVERYWHERE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# The page's own code and nothing else. The grid library writes one style sheet, which names the nonce.
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

# The sidebar is written as Google takes it: scripts and styles inside the page. It may talk to nobody: what
# it wants done it asks of the page around it.
SIDEBAR = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

# A template of HtmlService is a program made of text, as in Google's own servers.
SCRIPT = "default-src 'none'; script-src 'self' 'unsafe-eval'; connect-src 'self'"

POLICIES = {"sidebar.html": SIDEBAR, "script_worker.js": SCRIPT}


class Site:
    """What is served as files."""

    def answer(self, request: Request) -> Answer | None:
        """The file that is asked for; None where the address is none of the page's. 404 where no file is."""
        path = request.path
        if path == "/" or _is_a_spreadsheet(path):
            path = "/page/index.html"
        folder, name = _folder_of(path)
        if folder is None or request.verb != "GET":
            return None
        return _sent(folder, name)


def _is_a_spreadsheet(path: str) -> bool:
    """Whether it is what stands behind the name of the server in the address of a spreadsheet at Google."""
    return path.startswith("/spreadsheets/d/")


def _folder_of(path: str) -> tuple[Path | None, str]:
    for prefix, folder in (("/page/", WEB), ("/apps_script/", APPS_SCRIPT)):
        if path.startswith(prefix):
            return folder, path.removeprefix(prefix)
    return None, ""


def _sent(folder: Path, name: str) -> Answer:
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise Refusal(404, f"There is no file {name}.")
    nonce = secrets.token_urlsafe(12)
    body = file.read_bytes()
    if file == WEB / "index.html":
        body = body.replace(b"{nonce}", nonce.encode())
    headers = EVERYWHERE | {"Content-Security-Policy": POLICIES.get(file.name, STRICT).format(nonce=nonce)}
    return Answer(200, body, TYPES.get(file.suffix, "application/octet-stream"), headers=headers)
