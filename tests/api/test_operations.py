"""The operators' routes over HTTP: each answers a status, a sentence, and its figures."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.local import Function, Workbook, codes, posted


@pytest.fixture(scope="module", autouse=True)
def stocked(shop: Workbook) -> None:
    shop.stock("NASM CPT combined EX-1 2", *(f"NASM CPT combined EX-{n} 1" for n in range(2, 30)))
    shop.stock("NASM NSBK_CPT-CNC combined BUNDLE 5", "NASM CNC combined CNC 5", "NCSF STS combined STS 1")
    shop.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", STS="NCSF-STS-FULL", KBS="")


def said(function: Function, path: str, **body: object) -> dict[str, Any]:
    answer = function.post(path, body, "operator")
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    return reply


def test_release_gives_back_and_says_how_many(function: Function) -> None:
    function.post("/orders", posted("1", "CPT*3"))
    some = said(function, "/orders/release", order_id="1", units="1.2")
    assert (some["status"], some["released"]) == ("ok", 1)
    assert some["message"].startswith("Released 1 key.")
    assert function.post("/orders", posted("1", "CPT*3")).json()["key_count"] == 2
    rest = said(function, "/orders/release", order_id="#1", reason="refund")
    assert (rest["released"], rest["message"][:16]) == (2, "Released 2 keys.")
    assert said(function, "/orders/release", order_id="1")["released"] == 0
    assert function.post("/orders", posted("1", "CPT*3")).json()["status"] == "released"


def test_a_release_says_before_what_it_will_do_and_for_whom(function: Function) -> None:
    function.post("/orders", posted("20", "CPT*2"))
    wish = {"order_id": "#20", "units": "1.2", "quarantine": True}
    before = said(function, "/orders/release", **wish, dry_run=True)
    assert before["message"].startswith("Would release 1 key; nothing was changed yet. Order #20 of Ada B.")
    assert function.post("/orders", posted("20", "CPT*2")).json()["key_count"] == 2
    after = said(function, "/orders/release", **wish)
    for name in ("released", "quarantined", "customer", "keys", "holds", "next"):
        assert before[name] == after[name]
    assert [(key["unit"], key["title"], key["event"]) for key in after["keys"]] == [
        ("1.2", "Course CPT", "quarantined")
    ]
    assert [key["unit"] for key in after["holds"]] == ["1.1"]
    assert not any(key["keycode"] in after["message"] for key in after["keys"] + after["holds"])


def test_a_replacement_says_before_whose_key_it_is_and_whether_there_is_another(function: Function) -> None:
    first = codes(function.post("/orders", posted("21")).json()["keys"])
    before = said(function, "/orders/replace", order_id="21", keycode=first[0], dry_run=True)
    assert "Order #21 of Ada B. gets another key for 1 x NASM-CPT-FULL for CPT" in before["message"]
    assert (before["left"] > 0, codes(before["old"]), "new" in before) == (True, first, False)
    assert codes(function.post("/orders", posted("21")).json()["keys"]) == first
    after = said(function, "/orders/replace", order_id="21", keycode=first[0])
    assert (after["left"], codes(after["new"])) == (before["left"], codes(after["keys"]))
    again = said(function, "/orders/replace", order_id="21", keycode=first[0])
    assert "It was replaced on" in again["message"]
    last = function.post("/orders", posted("22", "STS")).json()["keys"]
    no = said(function, "/orders/replace", order_id="22", keycode=last[0]["keycode"], dry_run=True)
    assert (no["status"], "no other key in stock for NCSF-STS-FULL" in no["message"]) == ("error", True)
    said(function, "/orders/release", order_id="22")


def test_a_bundle_seat_is_not_torn_apart(function: Function) -> None:
    function.post("/orders", posted("2", "CPT CNC"))
    no = said(function, "/orders/release", order_id="2", sku="CPT")
    assert (no["status"], no["released"], no["reason"]) == ("error", 0, "not_possible")
    assert "together" in no["message"]


def test_clear_says_what_the_next_post_will_bring(function: Function) -> None:
    first = function.post("/orders", posted("3", "CPT*2")).json()
    assert "exactly the 2 keys" in said(function, "/orders/clear", order_id="3")["message"]
    assert function.post("/orders", posted("3", "CPT*2")).json()["keys"] == first["keys"]
    unknown = said(function, "/orders/clear", order_id="nobody")
    assert (unknown["status"], unknown["cleared"]) == ("error", False)
    assert "never seen" in unknown["message"]


def test_replace_gives_another_key_and_the_old_one_stays_out_of_stock(function: Function) -> None:
    first = codes(function.post("/orders", posted("4")).json()["keys"])
    done = said(function, "/orders/replace", order_id="4", keycode=first[0])
    assert done["replaced"]
    again = function.post("/orders", posted("4")).json()
    assert codes(again["keys"]) == codes(done["keys"]) != first
    no = said(function, "/orders/replace", order_id="4", keycode=first[0])
    assert (no["status"], no["replaced"]) == ("error", False)
    assert first[0] not in no["message"]


def test_delivered_turns_the_mail_off_and_clear_turns_it_on_again(function: Function) -> None:
    assert function.post("/orders", posted("5"), "zap").json()["send_email"]
    assert function.post("/orders/delivered", {"order_id": "5"}, "zap").json()["delivered"]
    assert not function.post("/orders", posted("5"), "zap").json()["send_email"]
    said(function, "/orders/clear", order_id="5")
    assert function.post("/orders", posted("5"), "zap").json()["send_email"]


def test_closed_orders_are_never_served(function: Function) -> None:
    assert said(function, "/orders/close", order_ids="6, 7", reason="by hand")["closed"] == ["6", "7"]
    answer = function.post("/orders", posted("6"), "zap").json()
    assert (answer["status"], answer["reason"], answer["keys"]) == ("skipped", "closed", [])
    function.post("/orders", posted("8"))
    assert said(function, "/orders/close", order_id="8")["status"] == "error"


def test_status_tells_the_story_by_id_name_and_address(function: Function) -> None:
    function.post("/orders", posted("9001", "STS"))
    function.post("/orders", posted("9002", "STS", order_name="#2002"))
    held = said(function, "/orders/status", order_id="#2002")
    assert (held["outcome"], held["order_id"]) == ("failed", "9002")
    assert "1 wanted, 0 in stock" in held["story"][1]["message"]
    assert "Clear Order Cache" in held["next"]
    address = "https://admin.shopify.com/store/x/orders/9001"
    told = said(function, "/orders/status", order_id=address)
    assert codes(told["keys"]) == ["STS"]
    assert [event["event"] for event in told["story"]] == ["received", "assigned", "fulfilled"]
    assert function.get("/orders/9001", "operator").json()["story"] == told["story"]
    said(function, "/orders/release", order_id="9001")
    story = said(function, "/orders/status", order_id="9001")["story"]
    assert [event["event"] for event in story] == [
        "received",
        "assigned",
        "fulfilled",
        "released",
        "released",
    ]


def test_import_reports_row_by_row(function: Function) -> None:
    header = "region,provider,product_code,component,keycode,seats"
    csv = "\n".join([header, "CANADA,NCSF,PAY,combined,P-1,2", "CANADA,NCSF,PAY,x,P-2,2"])
    dry = said(function, "/keys/import", csv=csv, dry_run=True)
    done = said(function, "/keys/import", csv=csv)
    for report in (dry, done):
        assert (report["imported"], report["refused"], report["seats"]) == (1, 1, 2)
        assert [row["result"] for row in report["rows"]] == ["imported", "refused"]
        assert "combined, content or exam" in report["rows"][1]["message"]
    assert said(function, "/keys/import", csv=csv)["duplicates"] == 1


def test_an_import_of_an_empty_tab_says_where_keys_are_pasted(function: Function) -> None:
    for body in ({}, {"dry_run": True}):
        assert said(function, "/keys/import", **body)["message"].startswith("The tab Import Keys has no keys")


def test_withdrawn_and_quarantined_seats_are_told_of_in_figures(function: Function) -> None:
    rows = [{"region": "CANADA", "provider": "NCSF", "product_code": "GYM", "component": "combined"}]
    said(function, "/keys/import", rows=[rows[0] | {"keycode": "G, 1", "seats": "3"}])
    assert said(function, "/keys/withdraw", codes=["G, 1"], dry_run=True)["withdrawn"] == 3
    done = said(function, "/keys/withdraw", codes="G, 1\nunknown")
    assert (done["withdrawn"], done["keys"], done["unknown"], done["held"]) == (3, 1, 1, [])
    function.post("/orders", posted("10"))
    said(function, "/orders/release", order_id="10", quarantine=True)
    kept = function.get("/keys/quarantine", "operator").json()["seats"]
    code = next(seat["keycode"] for seat in kept if seat["order_id"] == "10")
    assert said(function, "/keys/restore", codes=[code], dry_run=True)["restored"] == 1
    assert said(function, "/keys/restore", codes=[code])["restored"] == 1
    assert function.post("/keys/withdraw", {}, "operator").status_code == 422
    assert function.get("/audit").json()["ok"]


def test_refresh_and_audit_give_their_figures(function: Function) -> None:
    pools = said(function, "/inventory/refresh")["pools"]
    assert {"region", "provider", "product_code", "component", "total", "used", "available", "level"} <= {
        *pools[0]
    }
    audit = function.get("/audit", "scheduler").json()
    assert (audit["ok"], audit["breaches"]) == (True, [])


def test_what_somebody_typed_over_is_named_by_the_audit_and_said_by_the_refresh_that_mends_it(
    function: Function, shop: Workbook
) -> None:
    shop.type("Assignments!M1", [["mine"]])
    audit = function.get("/audit", "scheduler").json()
    (breach,) = audit["breaches"]
    assert (audit["ok"], audit["status"], audit["message"]) == (
        False,
        "error",
        "The spreadsheet is not in order: 1 thing found.",
    )
    assert (breach["promise"], breach["tab"], breach["no"]) == (10, "Assignments", 0)
    assert "`keycode` in column M" in breach["message"]
    done = said(function, "/inventory/refresh")
    assert done["repaired"] == ["The header `keycode` of `Assignments` (M1) was typed over."]
    assert "Put right: The header" in done["message"]
    assert function.get("/audit").json()["ok"]


def test_health_tells_details_only_to_those_who_may_know(function: Function) -> None:
    assert function.get("/health").json()["sheets"] == "ok"
    assert set(requests.get(f"{function.url}/health", timeout=10).json()) == {"status", "request_id"}


def test_a_field_that_is_wrong_is_named(function: Function) -> None:
    answer = function.post("/orders/release", {"order_id": "1", "skuu": "CPT"}, "operator")
    assert answer.status_code == 422
    assert "skuu" in answer.json()["fields"]


def test_a_publication_says_before_and_after_what_changes_for_customers(
    shop: Workbook, function: Function
) -> None:
    shop.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", STS="NCSF-STS-FULL", KBS="")
    shop.type("NPTA Catalogue!E3", [["NASM-CNC-FULL,NCSF-STS-FULL"]])
    would = said(function, "/catalogue/publish", dry_run=True)
    assert would["message"] == "Nothing was published yet. 4 products would be live. 1 change: CNC."
    (change,) = would["changes"]
    assert (change["sku"], change["before"]["entitlements"]) == ("CNC", "NASM-CNC-FULL")
    assert change["message"].startswith("Customers get NCSF-STS-FULL more.")
    done = said(function, "/catalogue/publish")
    assert (done["message"], done["changes"]) == ("4 products live. 1 change: CNC.", would["changes"])
    assert said(function, "/catalogue/publish")["message"] == "4 products live. No product changes."
    shop.type("NPTA Catalogue!E3", [["NASM-CNC-FULL"]])
    said(function, "/catalogue/publish")
