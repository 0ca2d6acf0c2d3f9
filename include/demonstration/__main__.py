"""``python -m include.demonstration INBOX REGISTRY [SIZE]`` writes a demonstration programme."""

from __future__ import annotations

import sys
from pathlib import Path

from include.demonstration import SIZES, write_programme


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3) or (len(arguments) == 3 and arguments[2] not in SIZES):
        print(f"usage: python -m include.demonstration INBOX REGISTRY [{'|'.join(SIZES)}]", file=sys.stderr)
        return 2
    inbox, registry, *size = arguments
    changed = write_programme(Path(inbox), Path(registry), size[0] if size else "full")
    print(f"{changed} files new or changed in {inbox}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
