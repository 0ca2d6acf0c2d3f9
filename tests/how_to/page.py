"""A page of ``docs/how-to`` as what can be followed: its edits, commands and questions, in their order.

Edits stand in blocks ``diff``: a line ``+++ path``, then hunks parted by ``@@``. A hunk is found by its lines as they
stand in the file, and there once; one that only adds goes to the file's end, or makes the file. ``$REGISTRY/`` and
``$INBOX/`` lead to those of the copy. Blocks ``sh`` are commands (one that begins with ``# after a night`` is run
then), blocks ``sql`` questions to the marts after a night.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from include.platform.settings import PROJECT_ROOT

PAGES = sorted((PROJECT_ROOT / "docs" / "how-to").glob("add_*.md"))

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class NotFollowed(AssertionError):
    """A page says something that cannot be done as it stands."""


@dataclass(frozen=True)
class Step:
    """One block of a page. ``kind`` is ``diff``, ``sh`` or ``sql``."""

    kind: str
    text: str

    @property
    def is_after_a_night(self) -> bool:
        """Whether it can be done only when a night has run."""
        return self.kind == "sql" or self.text.startswith("# after a night\n")


def steps(page: Path) -> list[Step]:
    """The blocks of a page that can be followed. Raises NotFollowed for a block of another kind."""
    found = [Step(*block) for block in _BLOCK.findall(page.read_text(encoding="utf-8"))]
    if odd := {step.kind for step in found} - {"diff", "sh", "sql"}:
        raise NotFollowed(f"{page.name}: nobody follows a block of {', '.join(sorted(odd))}")
    return found


def commands(step: Step) -> list[str]:
    """The commands of a block, one a line."""
    return [line for line in step.text.splitlines() if line and not line.startswith("#")]


def apply(edit: str, folder: Path, roots: dict[str, Path]) -> Path:
    """Make one edit below ``folder`` and return the file; ``roots`` are what ``$NAME`` at a path's beginning means.

    Raises NotFollowed where a hunk's lines are not in the file, or there more than once.
    """
    head, _, body = edit.partition("\n")
    if not head.startswith("+++ "):
        raise NotFollowed(f"an edit begins with '+++ path', not with {head!r}")
    file = _place(head.removeprefix("+++ "), folder, roots)
    for hunk in re.split(r"^@@\n", body, flags=re.MULTILINE):
        lines = hunk.splitlines()
        if odd := [line for line in lines if line[:1] not in ("", " ", "+", "-")]:
            raise NotFollowed(f"{file.name}: neither kept, taken away nor added: {odd[0]!r}")
        before = [line[1:] for line in lines if line[:1] != "+"]
        after = [line[1:] for line in lines if line[:1] != "-"]
        if before and not file.exists():
            raise NotFollowed(f"{file} is not there")
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        places = range(len(text) - len(before) + 1) if before else [len(text)]
        found = [place for place in places if text[place : place + len(before)] == before]
        if len(found) != 1:
            raise NotFollowed(f"{file} has these lines {len(found)} times:\n" + "\n".join(before))
        text[found[0] : found[0] + len(before)] = after
        file.write_text("\n".join(text) + "\n", encoding="utf-8")
    return file


def _place(path: str, folder: Path, roots: dict[str, Path]) -> Path:
    name, _, rest = path.partition("/")
    return roots[name[1:]] / rest if name.startswith("$") else folder / path
