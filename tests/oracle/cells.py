"""A cell of a sheet, however the file held it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.oracle.text import clean


@dataclass(frozen=True)
class Cell:
    """``kind`` is blank, text, number, date, bool, error or hollow (a formula with no stored value)."""

    kind: str = "blank"
    value: str | Decimal | date | bool | None = None
    #: of a number: digits that a format of zeros alone shows at least
    zeros: int = 0
    #: the value of the merged range the cell is in, and not its own
    lent: bool = False

    @property
    def blank(self) -> bool:
        """No value at all, or only white space."""
        return self.kind == "blank" or (self.kind == "text" and clean(str(self.value)) == "")

    def as_text(self) -> str:
        """The cell as a partner would read it: a number by its digits."""
        if self.kind == "number":
            number = self.value
            assert isinstance(number, Decimal)
            whole = number.to_integral_value()
            return f"{whole:f}" if whole == number else f"{number.normalize():f}"
        if self.kind == "date":
            assert isinstance(self.value, date)
            return self.value.isoformat()
        if self.kind == "bool":
            return "TRUE" if self.value else "FALSE"
        return "" if self.value is None else str(self.value)


BLANK = Cell()
Grid = list[list[Cell]]
