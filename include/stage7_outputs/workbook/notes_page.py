"""A worksheet whose comments are boxes alike but for their place, height and text.

Where xlsxwriter makes each of some thirty elements, here a template is filled. The parts of the file are those of
xlsxwriter's own byte by byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from xlsxwriter.comments import Comments, CommentType
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.vml import Vml
from xlsxwriter.worksheet import Worksheet

from include.stage7_outputs.workbook.as_it_is import stands_as_it_is

AUTHOR = "AL-INVEST Verde"
#: Width of a box, and its offset in the row above its cell, in pixels; size of its font in points.
_WIDTH, _OFFSET, _FONT = 320, 10, 9
#: Rows at the end of a page whose boxes stand elsewhere.
_LAST_ROWS = 3
#: Points of a pixel.
_POINTS = 0.75


@dataclass(slots=True)
class Note:
    """A comment, with xlsxwriter's names for what it asks of one; row and column from 0, height in pixels."""

    row: int
    col: int
    text: str
    height: int
    author: str = AUTHOR
    is_visible: bool = False
    #: of the box: column, row and pixels in them where it begins, the same where it ends, pixels from the page's left
    #: and top, width and height in pixels
    vertices: list[int] = field(default_factory=list)


def write_note(page: Worksheet, row: int, column: int, text: str, height: int) -> None:
    """Write a comment of at most 16,000 characters, in a box of a height in pixels; row and column from 0.

    xlsxwriter's own page takes none on a row that it has put to disk.
    """
    if isinstance(page, NotesPage):
        page.take_note(row, column, text, height)
        return
    box = {"author": AUTHOR, "width": _WIDTH, "height": height, "font_size": _FONT}
    page.write_comment(row, column, text, box)


class NotesPage(Worksheet):  # type: ignore[misc]  # xlsxwriter says no types
    """A worksheet with no comments on it but those of :func:`write_note`."""

    def take_note(self, row: int, column: int, text: str, height: int) -> None:
        """Take what :func:`write_note` is given."""
        is_beyond = self._check_dimensions(row, column) == -1  # other than -2, a row that is on disk already
        if is_beyond:
            return
        self.has_vml = self.has_comments = True
        self.comments[row][column] = Note(row, column, text, height)

    def _comment_vertices(self, note: Note) -> list[int]:
        """Where a box is: asked when the page is full, its columns' widths and rows' heights known."""
        last_high, higher = self._high_rows
        if not last_high + 1 < note.row < self.xls_rowmax - _LAST_ROWS:
            return self._place(note)
        first, x, end, into, left = self._across(note.col)
        start, size = note.row - 1, self.default_row_height
        rows, rest = divmod(_OFFSET + note.height, size)
        top = start * size + higher + _OFFSET
        return [first, start, x, _OFFSET, end, start + rows, into, rest, left, top, _WIDTH, note.height]

    def _place(self, note: Note) -> list[int]:
        """Where a box is, as xlsxwriter finds it."""
        box = {"width": _WIDTH, "height": note.height}
        place: list[int] = super()._comment_vertices(CommentType(note.row, note.col, "", box))
        return place

    @cached_property
    def _high_rows(self) -> tuple[int, int]:
        """Last row with a height of its own, and how many pixels all of them take more than others do."""
        higher = sum(size - self.default_row_height for size, _ in self.row_sizes.values())
        return max(self.row_sizes, default=0), higher

    def _across(self, column: int) -> tuple[int, int, int, int, int]:
        """Of boxes at a column: column and pixels in it where they begin, where they end, and pixels from the left."""
        if column not in self._known_across:
            place = self._place(Note(0, column, "", 0))
            first, x, end, into, left = place[0], place[2], place[4], place[6], place[8]
            self._known_across[column] = first, x, end, into, left
        return self._known_across[column]

    @cached_property
    def _known_across(self) -> dict[int, tuple[int, int, int, int, int]]:
        return {}


class NoteTexts(Comments):  # type: ignore[misc]
    """The part with the comments' texts, of one author."""

    def _write_comment(self, note: Note, author_id: int) -> None:
        self.fh.write(
            f'<comment ref="{xl_col_to_name(note.col)}{note.row + 1}" authorId="{author_id}"><text><r><rPr>'
            f'<sz val="{_FONT}"/><color indexed="81"/><rFont val="Tahoma"/><family val="2"/></rPr>'
        )
        if stands_as_it_is(note.text):
            self.fh.write(f"<t>{note.text}</t>")
        else:
            self._write_text_t(note.text)
        self.fh.write("</r></text></comment>")


class NoteBoxes(Vml):  # type: ignore[misc]
    """The part with the comments' boxes."""

    def _write_comment_shape(self, shape_id: int, z_index: int, note: Note) -> None:
        first, start, x, y, last, end, x_end, y_end, left, top, width, height = note.vertices
        self.fh.write(
            f'<v:shape id="_x0000_s{shape_id}" type="#_x0000_t202" style="position:absolute;'
            f"margin-left:{left * _POINTS:.15g}pt;margin-top:{top * _POINTS:.15g}pt;"
            f"width:{width * _POINTS:.15g}pt;height:{height * _POINTS:.15g}pt;z-index:{z_index};visibility:hidden"
            '" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
            '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
            '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{first}, {x}, {start}, {y}, {last}, {x_end}, {end}, {y_end}</x:Anchor>"
            f"<x:AutoFill>False</x:AutoFill><x:Row>{note.row}</x:Row><x:Column>{note.col}</x:Column></x:ClientData>"
            "</v:shape>"
        )
