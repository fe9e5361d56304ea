"""Who may come in: tokens of roles, and those whom Google vouches for; everybody else is refused."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import pytest
import requests

from tests.issuer import AUDIENCE, Issuer
from tests.local import TOKENS, Function, Workbook, posted

SCHEDULER = "scheduler@project.iam.example"


@pytest.fixture(scope="module")
def google_accounts() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def function(shop: Workbook, google_accounts: Issuer) -> Iterator[Function]:
    shop.stock("NASM CPT combined EX-1 100")
    shop.sell(CPT="NASM-CPT-FULL")
    listed = f"operator:ana@shop.example,scheduler:{SCHEDULER},operator:@team.example"
    with Function(
        shop,
        API_TOKENS="zap:z-secret,zap:z-newer,admin:a-secret",
        OIDC_AUDIENCES=f"{AUDIENCE},another.apps.example",
        OIDC_ALLOWED=listed,
        OIDC_CERTS_URL=google_accounts.url,
    ) as function:
        yield function


def status_of(function: Function, token: str, path: str = "/orders/status") -> int:
    return said(function, token, path).status_code


def said(function: Function, token: str, path: str = "/orders/status", **headers: str) -> requests.Response:
    headers["Authorization"] = f"Bearer {token}"
    body = {} if path == "/inventory/refresh" else {"order_id": "1"}
    return requests.post(f"{function.url}{path}", json=body, headers=headers, timeout=60)


def test_a_person_on_the_list_comes_in_and_the_ledger_says_who_it_was(
    function: Function, shop: Workbook, google_accounts: Issuer
) -> None:
    assert function.post("/orders", posted("1"), "zap").status_code == 200
    released = said(function, google_accounts.token("Ana@Shop.example"), "/orders/release")
    assert released.json()["released"] == 1
    assert [row["by"] for row in shop.tab("Assignments")] == ["zap", "ana@shop.example"]


def test_everybody_of_a_domain_on_the_list_comes_in_where_google_vouches_for_the_domain(
    function: Function, google_accounts: Issuer
) -> None:
    assert status_of(function, google_accounts.token("bo@team.example", hd="team.example")) == 200
    assert status_of(function, google_accounts.token("bo@team.example")) == 403


def test_the_scheduler_may_refresh_and_nothing_else(function: Function, google_accounts: Issuer) -> None:
    token = google_accounts.token(SCHEDULER, aud="another.apps.example")
    assert status_of(function, token, "/inventory/refresh") == 200
    assert status_of(function, token, "/orders/release") == 403
    assert status_of(function, token, "/orders") == 403


def test_two_secrets_of_a_role_stand_side_by_side(function: Function) -> None:
    assert [status_of(function, secret, "/orders") for secret in ("z-secret", "z-newer")] == [422, 422]


def test_who_is_not_on_the_list_reads_which_address_that_is(
    function: Function, google_accounts: Issuer
) -> None:
    refused = said(function, google_accounts.token("eve@elsewhere.example"))
    assert refused.status_code == 403
    assert "eve@elsewhere.example" in refused.json()["message"]


def unsigned(token: str) -> str:
    """The same claims under a header that says there is no signature."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "key-1"}).encode()).decode()
    return f"{header.rstrip('=')}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 60, "iat": int(time.time()) - 3660},
        {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
        {"aud": "somebody.apps.example"},
        {"aud": None},
        {"iss": "https://accounts.elsewhere.example"},
        {"iss": None},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "true"},
    ],
    ids=lambda claims: ",".join(
        f"{name}={'' if name in ('exp', 'iat') else claims[name]}" for name in claims
    ),
)
def test_a_token_of_google_that_is_over_or_not_meant_for_us_is_refused(
    function: Function, google_accounts: Issuer, claims: dict[str, object]
) -> None:
    refused = said(function, google_accounts.token(**claims), **{"X-Forwarded-For": str(claims)})  # type: ignore[arg-type]
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_forged_token_is_refused(function: Function, google_accounts: Issuer) -> None:
    good = google_accounts.token()
    head, claims, signature = good.split(".")
    with Issuer() as forger:
        forged = [
            forger.token(),
            unsigned(good),
            f"{head}.{claims}.{signature[::-1]}",
            f"{head}.{claims}.",
            "a.b.c",
        ]
    assert [status_of(function, token) for token in forged] == [401] * len(forged)


def test_the_certificates_are_asked_for_once(function: Function, google_accounts: Issuer) -> None:
    before = google_accounts.asked["certificates"]
    assert [status_of(function, google_accounts.token()) for _ in range(5)] == [200] * 5
    assert google_accounts.asked["certificates"] == before


def test_without_googles_certificates_a_person_is_asked_to_come_again(shop: Workbook) -> None:
    with Issuer() as away:
        token = away.token()
    settings = {"OIDC_AUDIENCES": AUDIENCE, "OIDC_ALLOWED": "operator:ana@shop.example"}
    with Function(shop, OIDC_CERTS_URL=away.url, **settings) as function:
        assert status_of(function, token) == 503
        assert status_of(function, TOKENS["operator"]) == 200


def test_a_person_taken_off_the_list_is_out_with_the_next_start(
    shop: Workbook, google_accounts: Issuer
) -> None:
    settings = {"OIDC_AUDIENCES": AUDIENCE, "OIDC_ALLOWED": "operator:bo@shop.example"}
    with Function(shop, OIDC_CERTS_URL=google_accounts.url, **settings) as function:
        assert status_of(function, google_accounts.token("ana@shop.example")) == 403
        assert status_of(function, google_accounts.token("bo@shop.example")) == 200


def test_who_tries_again_and_again_is_told_to_wait_and_harms_nobody_else(function: Function) -> None:
    tries = [said(function, "wrong", **{"X-Forwarded-For": "1.2.3.4"}) for _ in range(25)]
    assert [answer.status_code for answer in tries] == [401] * 20 + [429] * 5
    assert tries[-1].headers["Retry-After"] == "60"
    assert said(function, "a-secret", **{"X-Forwarded-For": "1.2.3.4"}).status_code == 200
    assert said(function, "wrong", **{"X-Forwarded-For": "1.2.3.4, 5.6.7.8"}).status_code == 401


def test_who_runs_in_circles_is_told_to_wait(function: Function, google_accounts: Issuer) -> None:
    token = google_accounts.token(SCHEDULER)
    answers = [status_of(function, token, "/orders/release") for _ in range(125)]
    assert set(answers[:100]) == {403}
    assert answers[-1] == 429


def test_health_shows_details_to_those_who_are_known_alone(
    function: Function, google_accounts: Issuer
) -> None:
    address = f"{function.url}/health"
    for token, shown in (("a-secret", True), (google_accounts.token(), True), ("wrong", False), ("", False)):
        answer = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        assert answer.status_code == 200
        assert ("version" in answer.json()) is shown


def test_who_is_refused_reads_whom_to_ask(shop: Workbook) -> None:
    with Function(shop, SUPPORT_CONTACT="Bo (bo@shop.example)") as function:
        refused = said(function, TOKENS["zap"], "/orders/release")
        assert refused.json()["message"].endswith("Ask Bo (bo@shop.example).")
        assert "Bo" not in said(function, "wrong").json()["message"]
