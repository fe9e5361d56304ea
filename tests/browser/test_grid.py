"""The workbook's grid, by mouse and keyboard: what is typed, pasted, sorted, refused, and comes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from sandbox.page.site import APPS_SCRIPT
from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client

TABLE = [["sku", "seats", "keycode"], ["CPT", 3, "K-1"], ["CNC", 1, "K-2"], ["CES", 2, "K-3"]]


@pytest.fixture
def book(google: str) -> Iterator[Client]:
    """A spreadsheet with a small table, its keycodes plain text."""
    client = Client(google).create(title="A book")
    client.write("A1", TABLE)
    text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    column = {"sheetId": 0, "startColumnIndex": 2, "endColumnIndex": 3}
    client.batch(
        {"repeatCell": {"range": column, "cell": text, "fields": "userEnteredFormat.numberFormat"}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}},
                "fields": "gridProperties.frozenRowCount",
            }
        },
        {"setBasicFilter": {"filter": {"range": {"sheetId": 0, "endColumnIndex": 3}}}},
    )
    yield client
    client.close()


@pytest.fixture
def grid(page: Page, google: str, book: Client) -> Grid:
    return Grid(page, f"{google}/?spreadsheet={book.id}")


class Grid:
    """The page, open at a spreadsheet."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.keys = page.keyboard
        page.goto(url)
        expect(self.cell("A1").locator(".words")).to_be_visible()

    def cell(self, name: str) -> Locator:
        """The cell of this name, where it is in view."""
        letter, row = re.fullmatch(r"([A-Z])(\d+)", name).groups()  # type: ignore[union-attr]
        column = ord(letter) - ord("A") + 1
        return self.page.locator(f'#grid .slick-row[data-row="{int(row) - 1}"] .slick-cell.l{column}')

    def shows(self, name: str, text: str) -> None:
        expect(self.cell(name).locator(".words")).to_have_text(text, use_inner_text=True)

    def is_at(self, name: str) -> None:
        expect(self.page.get_by_label("Selected cells")).to_have_text(name)

    def paste(self, name: str, text: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.cell(name).click()
        self.keys.press("Control+V")

    def choose(self, name: str, entry: str) -> None:
        """An entry of the menu that the right button opens at a cell."""
        self.cell(name).click(button="right")
        self.page.get_by_role("menu", name="Cells").get_by_role("menuitem", name=entry).click()

    def box(self, words: str) -> Locator:
        return self.page.get_by_role("dialog").filter(has_text=words)


def protect(book: Client, **more: object) -> None:
    guard = {"range": {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1}} | more
    book.batch({"addProtectedRange": {"protectedRange": guard}})


def test_what_is_typed_is_in_the_workbook(grid: Grid, book: Client) -> None:
    grid.cell("B2").click()
    grid.keys.type("7")
    grid.keys.press("Enter")
    grid.is_at("B3")
    grid.keys.type("=B2*2")
    grid.keys.press("Tab")
    grid.is_at("C3")
    grid.keys.type("0012")
    grid.keys.press("Enter")
    grid.shows("B3", "14")
    grid.shows("C3", "0012")
    assert book.read("B2:C3") == [["7", "K-1"], ["14", "0012"]]
    grid.cell("B3").dblclick()
    expect(grid.page.get_by_label("Edit the cell")).to_have_value("=B2*2")
    grid.keys.press("Escape")
    grid.cell("B2").click()
    grid.keys.press("Delete")
    grid.shows("B3", "0")


def test_the_bar_above_edits_the_cell_too(grid: Grid, book: Client) -> None:
    grid.cell("A3").click()
    bar = grid.page.get_by_label("What is in the cell")
    expect(bar).to_have_value("CNC")
    bar.fill("PES")
    bar.press("Enter")
    grid.shows("A3", "PES")
    assert book.read("A3") == [["PES"]]


def test_a_block_is_pasted_and_copied(grid: Grid, book: Client) -> None:
    grid.paste("A5", 'WLS\t4\tK-5\nSTS\t5\t"two\nlines"\n')
    grid.is_at("A5:C6")
    grid.shows("A6", "STS")
    assert book.read("A5:C6") == [["WLS", "4", "K-5"], ["STS", "5", "two\nlines"]]
    grid.keys.press("Control+C")
    assert grid.page.evaluate("navigator.clipboard.readText()") == 'WLS\t4\tK-5\nSTS\t5\t"two\nlines"'
    grid.paste("A9", "same")
    grid.shows("A9", "same")
    grid.cell("A9").click()
    grid.cell("B10").click(modifiers=["Shift"])
    grid.keys.press("Control+V")
    grid.shows("B10", "same")


def test_a_whole_row_goes_into_one_cell_that_is_being_edited(grid: Grid, book: Client) -> None:
    grid.page.evaluate("navigator.clipboard.writeText('CANADA\\tNASM\\tCPT')")
    grid.cell("C5").dblclick()
    grid.keys.press("Control+V")
    grid.keys.press("Enter")
    grid.is_at("C6")
    expect(grid.cell("C5")).to_contain_text("NASM")
    assert book.read("C5") == [["CANADA\tNASM\tCPT"]]


def test_csv_lands_in_one_column_and_can_be_split(grid: Grid, book: Client) -> None:
    grid.paste("A5", 'WLS,4,"a, b"\nSTS,5,c')
    grid.shows("A6", "STS,5,c")
    grid.page.get_by_role("button", name="Split text to columns").click()
    grid.shows("C5", "a, b")
    assert book.read("A5:C6") == [["WLS", "4", "a, b"], ["STS", "5", "c"]]


def test_rows_are_sorted_inserted_and_deleted(grid: Grid, book: Client) -> None:
    grid.cell("B1").get_by_title("Sort").click()
    grid.page.get_by_role("menuitem", name="Sort sheet by column B, A to Z").click()
    grid.shows("A2", "CNC")
    assert [row[0] for row in book.read("A1:A4")] == ["sku", "CNC", "CES", "CPT"]
    grid.choose("A3", "Insert 1 row above")
    grid.shows("A4", "CES")
    grid.cell("A2").click()
    grid.cell("A3").click(modifiers=["Shift"])
    grid.choose("A3", "Delete 2 rows")
    grid.shows("A2", "CES")
    assert book.read("A1:A4") == [["sku"], ["CES"], ["CPT"]]
    grid.choose("A2", "Insert 1 column left")
    grid.shows("B2", "CES")
    grid.choose("A2", "Delete 1 column")
    grid.shows("A2", "CES")


def test_what_is_protected_is_refused_in_googles_words(grid: Grid, book: Client) -> None:
    protect(book)
    grid.cell("A2").click()
    grid.keys.type("mine")
    grid.keys.press("Enter")
    box = grid.box("You're trying to edit a protected cell or object.")
    expect(box).to_be_visible()
    box.get_by_role("button", name="OK").click()
    expect(box).to_have_count(0)
    grid.shows("A2", "CPT")
    assert book.read("A2") == [["CPT"]]


def test_a_warning_is_heeded_or_not(grid: Grid, book: Client) -> None:
    protect(book, warningOnly=True)
    for button, text in (("Cancel", "CPT"), ("OK", "mine")):
        grid.cell("A2").click()
        grid.keys.type("mine")
        grid.keys.press("Enter")
        box = grid.box("shouldn't be changed accidentally")
        box.get_by_role("button", name=button).click()
        expect(box).to_have_count(0)
        grid.shows("A2", text)
        assert book.read("A2") == [[text]]


def test_a_word_is_chosen_from_a_list_by_keyboard(grid: Grid, book: Client) -> None:
    words = [{"userEnteredValue": word} for word in ("combined", "content", "exam")]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": words}, "showCustomUi": True}
    column = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 3, "endColumnIndex": 4}
    book.batch({"setDataValidation": {"range": column, "rule": rule}})
    expect(grid.cell("D2").locator(".choose")).to_be_visible()
    grid.cell("D2").click()
    grid.keys.type("con")
    choices = grid.page.get_by_role("listbox", name="Choices").get_by_role("option")
    expect(choices).to_have_text(["content"])
    grid.keys.press("Enter")
    grid.shows("D2", "content")
    grid.cell("D3").locator(".choose").click()
    choices.filter(has_text="exam").click()
    grid.shows("D3", "exam")
    grid.cell("D4").click()
    grid.keys.type("comb?")
    grid.keys.press("Enter")
    grid.shows("D4", "comb?")
    expect(grid.cell("D4").locator(".corner.bad")).to_be_visible()
    assert book.read("D2:D4") == [["content"], ["exam"], ["comb?"]]


def test_changes_of_others_appear_by_themselves_and_do_not_disturb_an_editor(
    grid: Grid, book: Client
) -> None:
    grid.cell("C2").click()
    grid.keys.type("mi")
    book.write("A2", [["theirs"]])
    grid.shows("A2", "theirs")
    grid.keys.type("ne")
    grid.keys.press("Enter")
    grid.shows("C2", "mine")
    book.batch({"addSheet": {"properties": {"title": "Later"}}})
    expect(grid.page.get_by_role("tab", name="Later")).to_be_visible()
    book.batch({"deleteSheet": {"sheetId": 0}})
    expect(grid.page.get_by_role("tab", name="Later")).to_have_attribute("aria-selected", "true")


CODES = ["<img src=x onerror=alert(1)>", "<script>alert(2)</script>", '"><svg onload=alert(3)>', "=1+1"]


def test_what_looks_like_html_or_a_formula_is_shown_as_text(grid: Grid, book: Client) -> None:
    note = {"note": CODES[0]}
    book.batch(
        {"updateCells": {"start": {"sheetId": 0}, "rows": [{"values": [note]}], "fields": "note"}},
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": CODES[1]}, "fields": "title"}},
        {"updateSpreadsheetProperties": {"properties": {"title": CODES[2]}, "fields": "title"}},
    )
    grid.paste("C2", "\n".join(CODES))
    for row, code in enumerate(CODES, 2):
        grid.shows(f"C{row}", code)
    expect(grid.page.get_by_role("tab", name=CODES[1])).to_be_visible()
    expect(grid.page.get_by_role("heading", level=1)).to_have_text(CODES[2])
    grid.cell("A1").click()
    expect(grid.page.get_by_role("tooltip")).to_have_text(CODES[0])
    grid.cell("C2").click()
    expect(grid.page.get_by_label("What is in the cell")).to_have_value(CODES[0])
    assert book.read("C2:C5", valueRenderOption="FORMULA") == [[code] for code in CODES]


def test_hidden_tabs_are_shown_by_a_switch_and_stay_hidden_in_the_workbook(grid: Grid, book: Client) -> None:
    book.batch({"addSheet": {"properties": {"title": "System", "hidden": True, "sheetId": 9}}})
    switch = grid.page.get_by_label("Hidden tabs (1)")
    switch.check()
    grid.page.get_by_role("tab", name="System").click()
    expect(grid.page.get_by_role("tab", name="System")).to_have_attribute("aria-selected", "true")
    switch.uncheck()
    expect(grid.page.get_by_role("tab")).to_have_text(["Sheet1"])
    assert book.get()["sheets"][1]["properties"]["hidden"]


def test_of_a_hundred_thousand_rows_only_those_in_view_are_fetched(grid: Grid, book: Client) -> None:
    book.batch({"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 99_000}})
    book.write("A5", [[f"row {n}"] for n in range(5, 100_001)])
    asked: list[str] = []
    grid.page.on("request", lambda request: note(asked, request))
    grid.cell("A4").click()
    grid.keys.press("Control+ArrowDown")
    grid.shows("A100000", "row 100000")
    grid.keys.type("the last")
    grid.keys.press("Enter")
    grid.shows("A100000", "the last")
    grid.keys.press("Control+Home")
    grid.shows("A5", "row 5")
    assert 2 <= len(asked) <= 20, asked
    assert book.read("A100000") == [["the last"]]


def note(asked: list[str], request: Request) -> None:
    if "/_sandbox/rows" in request.url:
        asked.append(request.url)


def test_the_page_says_that_the_local_google_is_away_and_goes_on_when_it_is_back(page: Page) -> None:
    with Sandbox() as google:
        book = Client(google.url).create()
        book.write("A1", [["before"]])
        grid = Grid(page, google.url)
        google.stop()
        expect(page.get_by_role("alert")).to_contain_text("does not answer")
        grid.cell("A1").click()
        grid.keys.type("lost")
        grid.keys.press("Enter")
        grid.box("The local Google does not answer").get_by_role("button", name="OK").click()
        google.start()
        expect(page.get_by_role("alert")).to_have_count(0)
        Client(google.url, book.id).write("A1", [["after"]])
        grid.shows("A1", "after")


RECEIVED = """
async (address) => [...new Uint8Array(await (await fetch(address)).arrayBuffer())]
"""


def test_nothing_is_loaded_from_elsewhere_and_the_script_is_the_one_that_google_gets(
    page: Page, google: str, book: Client
) -> None:
    page.goto("about:blank")  # what an earlier test left open asks no more
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    Grid(page, f"{google}/?spreadsheet={book.id}")
    expect(page.frame_locator("iframe.sidebar").get_by_role("tab", name="Main")).to_be_visible()
    assert [url for url in asked if not url.startswith(google)] == []
    for name in ("Code.js", "Sidebar.html"):
        address = f"{google}/apps_script/{name}"
        assert address in asked
        assert bytes(page.evaluate(RECEIVED, address)) == (APPS_SCRIPT / name).read_bytes()


ISOLATED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers without which a page that waits for dialogs takes no script."""

SCRIPT = """
function onOpen() {
  const menu = SpreadsheetApp.getUi().createMenu('Own');
  menu.addItem('Show', 'show').addItem('Ask', 'ask').addItem('Gmail', 'mail').addToUi();
}
function show() {
  const page = HtmlService.createTemplate('<p id="said"><?= name ?></p>');
  page.name = '<i>Ada</i>';
  SpreadsheetApp.getUi().showSidebar(page.evaluate().setTitle('Own panel'));
}
function back(value) {
  return value;
}
function date() {
  return [new Date()];
}
function fail() {
  throw new TypeError('No.');
}
function hidden_() {
}
function ask() {
  const ui = SpreadsheetApp.getUi();
  const said = ui.prompt('Question', 'How many?', ui.ButtonSet.OK_CANCEL);
  const sure = ui.alert('Sure?', 'It is ' + said.getResponseText(), ui.ButtonSet.YES_NO);
  SpreadsheetApp.getActive().toast(said.getResponseText() + ' ' + sure + ' ' + (sure === ui.Button.NO));
}
function mail() {
  GmailService.send();
}
"""


@pytest.fixture
def script(page: Page) -> None:
    """Another script in the place of ours."""
    kind = "text/javascript"
    page.context.route(
        "**/apps_script/Code.js",
        lambda route: route.fulfill(body=SCRIPT, content_type=kind, headers=ISOLATED),
    )


@pytest.mark.usefixtures("script")
def test_a_script_asks_and_waits_for_the_answer(grid: Grid) -> None:
    page = grid.page
    menu = page.get_by_role("menubar").get_by_role("menuitem", name="Own")
    menu.click()
    page.get_by_role("menuitem", name="Ask").click()
    box = grid.box("How many?")
    box.get_by_role("textbox").fill("<b>3</b>")
    box.get_by_role("button", name="OK").click()
    grid.box("It is <b>3</b>").get_by_role("button", name="No").click()
    expect(page.get_by_text("<b>3</b> NO true")).to_be_visible()
    menu.click()
    page.get_by_role("menuitem", name="Gmail").click()
    expect(page.get_by_text("GmailService is not defined")).to_be_visible()


CALL = """
([name, value]) => new Promise((resolve) => {
  const given = value === 'date' ? new Date() : value;
  try {
    google.script.run
      .withSuccessHandler((said, mark) => resolve([mark, said]))
      .withFailureHandler((error) => resolve(['failed', error.message]))
      .withUserObject('done')[name](given);
  } catch (error) {
    resolve(['refused', error.message]);
  }
})
"""


@pytest.mark.usefixtures("script")
def test_a_sidebar_calls_its_script_as_at_google(grid: Grid) -> None:
    expect(grid.page.get_by_role("heading", name="Own panel")).to_be_visible()
    said = grid.page.frame_locator("iframe.sidebar").locator("#said")
    expect(said).to_have_text("<i>Ada</i>")

    def call(name: str, value: object = None) -> object:
        return said.evaluate(f"(_, asked) => ({CALL})(asked)", [name, value])

    assert call("back", {"rows": [1, "=1", None, True]}) == ["done", {"rows": [1, "=1", None, True]}]
    assert call("back", "date") == ["refused", "Failed due to illegal value in property: 0"]
    assert call("date") == ["done", None]
    assert call("fail") == ["failed", "TypeError: No."]
    for name in ("hidden_", "nothing"):
        assert call(name)[0] == "refused"  # type: ignore[index]
