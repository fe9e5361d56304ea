"""The files of the page, who may ask for anything at all, the function behind the page, and the panes."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sandbox.forwarding import Function, NotLocal
from sandbox.page.site import WEB
from sandbox.panes import MOST_ENTRIES, Entry
from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client, Json, Refused


def got(
    sandbox: Sandbox, path: str, verb: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    try:
        connection.request(
            verb, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/page/index.html", "/spreadsheets/d/abc_-1/edit"])
def test_the_page_is_at_the_root_and_at_the_address_of_a_spreadsheet(sandbox: Sandbox, path: str) -> None:
    answer, body = got(sandbox, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert b'src="/page/main.js"' in body


def test_the_page_runs_its_own_scripts_and_nobody_elses(sandbox: Sandbox) -> None:
    answer, body = got(sandbox, "/")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == (
        "'none'",
        "'self'",
        "'self'",
    )
    nonce = policy["style-src"].rpartition("'nonce-")[2].strip("'")
    assert f'content="{nonce}"'.encode() in body
    assert (
        got(sandbox, "/")[0].headers["Content-Security-Policy"] != answer.headers["Content-Security-Policy"]
    )


def test_nothing_of_the_page_is_loaded_from_elsewhere() -> None:
    own = [
        file
        for file in WEB.rglob("*")
        if file.suffix in (".html", ".css", ".js") and "vendor" not in file.parts
    ]
    assert len(own) > 10
    for file in own:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, file
        assert "https://" not in text, file
        assert "innerHTML" not in text, file


@pytest.mark.parametrize(
    "path", ["/page/nothing.js", "/page/", "/page/../site.py", "/page/..%2fsite.py", "/page//etc/passwd"]
)
def test_only_files_of_the_page_are_served(sandbox: Sandbox, path: str) -> None:
    assert got(sandbox, path)[0].status == 404


def test_another_sites_page_can_neither_write_nor_read_here(sandbox: Sandbox, google: Client) -> None:
    for path in ("/_sandbox/books", "/", google.path):
        assert got(sandbox, path, Origin="http://evil.example")[0].status == 403
        assert got(sandbox, path, Origin="null")[0].status == 403
        assert got(sandbox, path, Host="evil.example")[0].status == 403
        assert got(sandbox, path, Origin=sandbox.url)[0].status == 200
    port = sandbox.url.rpartition(":")[2]
    assert got(sandbox, "/_sandbox/books", Host=f"localhost:{port}")[0].status == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://127.0.0.1:8080",
        "http://127.0.0.1.evil.example",
        "http://a@127.0.0.1:8080",
        "http://10.0.0.1:8080",
        "http://127.0.0.1:8080/x",
        "file:///etc/passwd",
    ],
)
def test_a_function_that_is_not_on_this_machine_is_refused(url: str) -> None:
    with pytest.raises(NotLocal, match="must be an http address of this machine"):
        Function(url)


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said = {"path": self.path, "sent": sent, "token": self.headers["Authorization"]}
        body = json.dumps(said).encode()
        self.send_response(409 if "fail" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def shop() -> Iterator[tuple[str, Client]]:
    """A function that echoes, and a client of a local Google that knows it."""
    echo = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=echo.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{echo.server_port}"
    with Sandbox(function=Function(url, "secret")) as sandbox:
        yield url, Client(sandbox.url)
    echo.shutdown()
    echo.server_close()


def test_the_sidebars_calls_reach_the_function_and_its_answers_come_back(shop: tuple[str, Client]) -> None:
    url, client = shop
    assert client.call("GET", "/_sandbox/function") == {"url": url, "token": "secret"}
    headers = {"Authorization": "Bearer secret", "Cookie": "mine"}
    asked = {"url": f"{url}/orders?x=1", "method": "post", "headers": headers, "payload": '{"é": 1}'}
    said = client.call("POST", "/_sandbox/fetch", asked)
    echoed = {"path": "/orders?x=1", "sent": '{"é": 1}', "token": "Bearer secret"}
    assert (said["code"], json.loads(said["text"])) == (200, echoed)
    failed = client.call("POST", "/_sandbox/fetch", asked | {"url": f"{url}/fail"})
    assert failed["code"] == 409


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/orders", "http://example.com/orders", "", "//x", "http://["]
)
def test_nothing_but_the_function_is_called(shop: tuple[str, Client], url: str) -> None:
    with pytest.raises(Refused) as refusal:
        shop[1].call("POST", "/_sandbox/fetch", {"url": url, "method": "post"})
    assert refusal.value.status == 403


def test_a_function_that_is_away_is_told_of_and_one_that_is_not_set_is_not_called(google: Client) -> None:
    with Sandbox() as other:
        away = other.url
    with Sandbox(function=Function(away)) as sandbox:
        said = Client(sandbox.url).call("POST", "/_sandbox/fetch", {"url": f"{away}/health", "method": "get"})
        assert said == {"trouble": "unavailable"}
    assert google.call("GET", "/_sandbox/function") == {"url": "", "token": ""}
    with pytest.raises(Refused):
        google.call("POST", "/_sandbox/fetch", {"url": "http://127.0.0.1:1/", "method": "get"})


def test_a_stand_in_adds_its_pane_and_the_newest_entry_is_first() -> None:
    with Sandbox() as sandbox:
        entries = [Entry(f"2026-11-20T10:00:{n:02}-05:00", f"Message {n}") for n in range(3)]
        sandbox.front.panes.add("Slack", lambda: entries)
        sandbox.front.panes.add(
            "Mailbox", lambda: [Entry("t", "<b>x</b>", "y", {"to": "a@b.ca"})] * (MOST_ENTRIES + 1)
        )
        slack, mailbox = Client(sandbox.url).call("GET", "/_sandbox/panes")["panes"]
    assert (slack["title"], slack["count"]) == ("Slack", 3)
    assert [entry["title"] for entry in slack["entries"]] == ["Message 2", "Message 1", "Message 0"]
    assert (mailbox["count"], len(mailbox["entries"])) == (MOST_ENTRIES + 1, MOST_ENTRIES)
    shown: Json = mailbox["entries"][0]
    assert shown == {"at": "t", "title": "<b>x</b>", "text": "y", "details": {"to": "a@b.ca"}}
