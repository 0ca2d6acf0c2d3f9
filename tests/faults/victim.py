"""``python -m tests.faults.victim NIGHT_ID``: one night in a process of its own, made to be disturbed.

Says on standard output which step begins, and tries again as Airflow's tasks do. Ends with status 1 and the words of
``ops.night`` on standard error.
"""

from __future__ import annotations

import sys
import time

from include.platform import causes, schema
from include.platform.settings import Settings
from tests.end_to_end.stages import steps

RETRIES = 3
PAUSE_SECONDS = 1.5


def main(night_id: str) -> int:
    """Run the night; the exit status."""
    settings = Settings.from_environment()
    schema.prepare(settings)
    for name, step in steps(settings, night_id).items():
        print(name, flush=True)
        for attempt in range(RETRIES + 1):
            try:
                step()
                break
            except Exception as error:
                print(f"{name}: {causes.in_words(error)}", file=sys.stderr, flush=True)
                if attempt == RETRIES or not causes.is_passing(error):
                    return 1
                time.sleep(PAUSE_SECONDS * 2**attempt)
    print("end", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
