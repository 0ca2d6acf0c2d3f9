"""``python -m tests.oracle check|expect INBOX REGISTRY AS_OF EXPECTED`` and ``... write FOLDER SEED``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Check a sample, write what must come of an inbox, or write a programme."""
    from tests.oracle import evaluate
    from tests.oracle.check import differences
    from tests.oracle.export import write_expected

    if arguments[0] == "write":
        from tests.oracle.programmes import write_programme

        write_programme(Path(arguments[1]), int(arguments[2]))
        return 0
    inbox, registry, as_of, expected = Path(arguments[1]), Path(arguments[2]), arguments[3], Path(arguments[4])
    outcome = evaluate(inbox, registry, dt.date.fromisoformat(as_of))
    if arguments[0] == "expect":
        write_expected(outcome, expected)
        return 0
    lines = differences(outcome, expected)
    print("\n".join(lines))
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
