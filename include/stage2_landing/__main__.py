"""``python -m include.stage2_landing URL`` says what a night would find in an inbox, and changes nothing there."""

from __future__ import annotations

import sys
from collections import Counter

from include.platform.causes import InboxUnreadable
from include.stage2_landing.inbox import Inbox


def main(arguments: list[str]) -> int:
    """A line a folder, then what cannot be looked at and what is no project's file; 1 where there is a fault."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m include.stage2_landing PATH_OR_URL\n")
        return 2
    try:
        inbox = Inbox(arguments[0])
        found = inbox.look()
    except (FileNotFoundError, InboxUnreadable, ImportError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    files = Counter(file.project_code for file in found.files)
    said = [f"{inbox.store.place}: {len(found.folders)} folders, {len(found.files)} files"]
    said += [f"{folder}: {files[folder]}" for folder in sorted(found.folders)]
    said += [f"cannot be looked at: {fault.path} ({fault.why})" for fault in found.faults]
    said += [f"no project's file: {stray.path} ({stray.kind})" for stray in found.strays]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
