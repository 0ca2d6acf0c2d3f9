"""Whether an archived copy that was written anew reads as before, but for who an enterprise is."""

from __future__ import annotations

from pathlib import Path

from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.sheets.reading import Reading


def check(reader: ConfinedReader, source: Path, target: Path, file_name: str, columns: tuple[str, ...]) -> None:
    """Raise ValueError where ``target`` reads differently from ``source`` in anything but the enterprises' columns."""
    before, after = (_without(reader.read(path, file_name), columns) for path in (source, target))
    same = (
        before.frames.keys() == after.frames.keys()
        and all(frame.equals(after.frames[sheet]) for sheet, frame in before.frames.items())
        and before.findings.equals(after.findings)
        and before.sheets == after.sheets
    )
    if not same:  # what differs may be a name: it is not told
        raise ValueError("written anew it reads differently")


def _without(reading: Reading, columns: tuple[str, ...]) -> Reading:
    frames = {
        sheet: frame.drop([*columns, "tax_id_is_valid", "received"], strict=False) if sheet == "enterprises" else frame
        for sheet, frame in reading.frames.items()
    }
    return Reading(reading.period, reading.language, {}, frames, reading.sheets, reading.findings.drop("value"))
