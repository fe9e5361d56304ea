"""Tables as spreadsheet programs save them: whatever their bytes, the same rows, or a sentence."""

from __future__ import annotations

import codecs

import pytest

from fulfillment.errors import Unreadable
from fulfillment.payloads import ImportBody, read, read_body, rows_of_csv, text_of_table

TABLE = "region;provider;product_code;component;keycode;seats\r\nQUÉBEC;NASM;CPT;combined;0042;1\r\n"
ROWS = rows_of_csv(TABLE)

ENCODED = {
    "UTF-8": TABLE.encode(),
    "UTF-8 with a mark": codecs.BOM_UTF8 + TABLE.encode(),
    "UTF-16, little end first": codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
    "UTF-16, big end first": codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    "UTF-16 without a mark": TABLE.encode("utf-16-le"),
    "UTF-16 without a mark, big end first": TABLE.encode("utf-16-be"),
    "UTF-16 of tabs, as Excel saves text": codecs.BOM_UTF16_LE + TABLE.replace(";", "\t").encode("utf-16-le"),
}


@pytest.mark.parametrize("raw", ENCODED.values(), ids=ENCODED)
def test_a_table_is_read_in_any_encoding_that_excel_saves(raw: bytes) -> None:
    assert rows_of_csv(text_of_table(raw)) == ROWS
    assert read(ImportBody, read_body(raw, "text/csv; charset=whatever")).rows == ROWS
    assert read(ImportBody, read_body(raw, "application/vnd.ms-excel")).lines == (2,)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"PK\x03\x04\x14\x00", "an Excel workbook (.xlsx) or another zip file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook (.xls)"),
        (b"%PDF-1.7", "a PDF"),
        (TABLE.encode("latin-1"), "not UTF-8 text (byte 56)"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "not UTF-16-LE text"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(raw: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        text_of_table(raw)
    assert says in str(refusal.value)
    assert "save it as CSV (UTF-8), and import that" in str(refusal.value)


def test_a_workbook_sent_as_a_body_gets_the_same_sentence() -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with pytest.raises(Unreadable, match="Excel workbook"):
        read_body(b"PK\x03\x04", kind)


def test_rows_are_called_by_the_line_on_which_they_begin() -> None:
    body = read(
        ImportBody, {"csv": f'\n{TABLE}\n\nCANADA;NASM;CPT;exam;"a\nb";1\nCANADA;NASM;CPT;exam;c;1\n'}
    )
    assert body.lines == (3, 6, 8)
