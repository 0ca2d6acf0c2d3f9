"""Rows that a partner does not see in its own sheet: filtered, folded or hidden by hand. They count all the same."""

from __future__ import annotations

import re

_ROW = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?row\b([^<>]*)>")
_NUMBER = re.compile(rb"\br\s*=\s*[\"']\s*([0-9]{1,7})\s*[\"']")
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")


def hidden_rows(sheet: bytes) -> list[int]:
    """Numbers of the rows that a worksheet's XML calls hidden, in its order.

    For a remark alone: rows without a number, and sheets in other encodings than UTF-8, are passed over.
    """
    if b"hidden" not in sheet:
        return []
    attributes = (match[1] for match in _ROW.finditer(sheet))
    numbers = (_NUMBER.search(one) for one in attributes if _HIDDEN.search(one))
    return [int(number[1]) for number in numbers if number]
