"""The formulas of NPTA Catalogue: what stands beside a product is looked up by its SKU, never by its row."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fulfillment.catalogue import TRUE
from fulfillment.sheets.codec import Layout, column_letters
from fulfillment.sheets.tabs import LIVE_CATALOGUE

_OWN_ROW = re.compile(r"(\$[A-Z]+)2\b")

CHANGED = '"changed: Sync Catalogue to publish"'


@dataclass(frozen=True, slots=True)
class Lookup:
    """Formulas as they stand in row 2 of NPTA Catalogue; the spreadsheet moves them to the other rows."""

    catalogue: Layout
    live: Layout

    def formula(self, name: str) -> str:
        """`available` or `status`; blank beside a row without a SKU."""
        found = {"available": self._available, "status": self._status}[name]()
        return f'=IF({self._typed("SKU")}="","",{found})'

    def _available(self) -> str:
        return f'IFERROR(IF({self._same("SKU")},{self._published("available")},""),"")'

    def _status(self) -> str:
        problem, active = self._published("problem"), f"UPPER({self._trimmed('active')})"
        is_true = [f'{active}="{word}"' for word in TRUE]  # a checkbox, or TRUE typed as text
        # blanks count for nothing there, nor does a comma too many
        typed = f'REGEXREPLACE(UPPER({self._typed("entitlements")}&""),"\\s","")'
        entitlements = f'REGEXREPLACE(REGEXREPLACE({typed},",+",","),"^,|,$","")'
        same = [
            f"EXACT({entitlements},{self._text('entitlements')})",
            f"EXACT(UPPER({self._trimmed('fulfillment')}),{self._text('fulfillment')})",
            self._same("product"),
            self._same("category"),
            f"OR({','.join(is_true)})={self._published('active')}",
        ]
        live = f'IF({problem}<>"","problem: "&{problem},IF(AND({",".join(same)}),"live",{CHANGED}))'
        # MATCH does not tell cases apart, and the shop does: the SKU found is compared letter by letter
        return f"IFERROR(IF({self._same('SKU')},{live},{CHANGED}),{CHANGED})"

    def _same(self, header: str) -> str:
        return f"EXACT({self._trimmed(header)},{self._text(header)})"

    def _typed(self, header: str) -> str:
        return f"${column_letters(self.catalogue.place[header])}2"

    def _trimmed(self, header: str) -> str:
        """What was typed without blanks around it; TRIM would take blanks away inside as well."""
        return f'REGEXREPLACE({self._typed(header)}&"","^\\s+|\\s+$","")'

    def _text(self, header: str) -> str:
        return f'{self._published(header)}&""'

    def _published(self, header: str) -> str:
        """The published value of this row's SKU."""
        place = f"MATCH({self._trimmed('SKU')},{self._column('SKU')},0)"
        return f"INDEX({self._column(header)},{place})"

    def _column(self, header: str) -> str:
        letters = column_letters(self.live.place[header])
        return f"'{LIVE_CATALOGUE}'!${letters}:${letters}"


def in_row(formula: str, row: int) -> str:
    """The formula of row 2 as it reads in another row (0-based)."""
    return _OWN_ROW.sub(rf"\g<1>{row + 1}", formula)
