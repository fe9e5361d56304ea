"""The bytes of a table as text: what spreadsheet programs write when they save one as CSV or as text."""

from __future__ import annotations

from fulfillment.errors import Unreadable

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),  # begins like the next one
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WORKBOOKS = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx) or another zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
)
_SAMPLE = 2_000


def text_of_table(raw: bytes) -> str:
    """The text of a CSV file in UTF-8 or UTF-16, without its byte-order mark.

    Raises Unreadable with what to do, for anything else.
    """
    for magic, name in _WORKBOOKS:
        if raw.startswith(magic):
            raise Unreadable(f"This is {name}, not a table as text: save it as CSV (UTF-8), and import that.")
    mark, encoding = next(((mark, name) for mark, name in _BOMS if raw.startswith(mark)), (b"", ""))
    encoding = encoding or _unmarked(raw)
    try:
        return raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"The table is not {encoding.upper()} text (byte {error.start + len(mark):,}): save it as CSV "
            "(UTF-8), and import that."
        ) from None


def _unmarked(raw: bytes) -> str:
    """The encoding of text that does not say: in UTF-16 every other byte of a table of codes is zero."""
    sample = raw[:_SAMPLE]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if zeros and zeros.count(0) * 2 > len(zeros):
            return encoding
    return "utf-8"
