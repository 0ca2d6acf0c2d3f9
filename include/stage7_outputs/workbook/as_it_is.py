"""Whether a text stands in a part of a workbook as it is; most do, and xlsxwriter looks at each several times."""

from __future__ import annotations

import re

#: What XML or a spreadsheet writes in another way; an underline may begin a spreadsheet's escape.
_OTHERWISE = re.compile("[&<>_\x00-\x08\x0b-\x1f\ufffe\uffff]")


def stands_as_it_is(text: str) -> bool:
    """Whether it does; False says that xlsxwriter has to escape it, or may have to."""
    has_blank_end = text[:1].isspace() or text[-1:].isspace()  # which is kept only where told
    return not has_blank_end and _OTHERWISE.search(text) is None
