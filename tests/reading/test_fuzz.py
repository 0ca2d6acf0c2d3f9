"""A few hundred of the mutated deliveries of ``fuzz``, which runs thousands, and proof that it would see a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading import fuzz


def test_no_crash_no_hang_no_other_value(tmp_path: Path) -> None:
    fates = [fate for _, fate in fuzz.run(200, 3, tmp_path)]
    assert [fate for fate in fates if fate.startswith("FAILED")] == []
    for fate in ("refused", "as before", "other cells"):
        assert fates.count(fate) > 20, "every kind of fate is met"


def test_a_reader_that_guesses_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that takes 12 for 21, and one that crashes."""
    honest = fuzz.as_cells
    monkeypatch.setattr(
        fuzz, "as_cells", lambda grid: {at: (k, "21" if v == "12" else v) for at, (k, v) in honest(grid).items()}
    )
    seed = fuzz.seeds()[3]
    path = tmp_path / "a.zip"
    fuzz.write_parts(path, {name: content.replace(b"coffee", b"12") for name, content in seed.parts.items()})
    with pytest.raises(AssertionError, match="'21'"):
        fuzz.judge(seed, path)
    monkeypatch.setattr("include.stage3_reading.sheets.reading.find_header", lambda *_: 1 / 0)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        fuzz.judge(seed, path)
