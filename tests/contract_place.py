"""Where the written contract lies: its pages and tables, its long lists, its sample programmes and cases.

The one place that says so. ``CONTRACT`` in the environment names another folder of the same shape.
"""

from __future__ import annotations

import os
from pathlib import Path

#: Holds ``spec``, ``reference``, ``samples`` and ``cases``; beside the project, and not part of it.
CONTRACT = Path(os.environ.get("CONTRACT") or Path(__file__).resolve().parents[2] / "shared" / "edition2")
SPEC, REFERENCE, SAMPLES, CASES = (CONTRACT / name for name in ("spec", "reference", "samples", "cases"))

#: Whether it is at hand.
IS_HERE = (SPEC / "rules.csv").exists() and REFERENCE.exists()
