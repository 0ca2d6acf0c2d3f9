"""What LibreOffice makes of every feedback workbook: ``make test TESTS=tests/feedback/with_libreoffice.py``.

Not among the tests that are found by themselves: it needs LibreOffice, and minutes.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.samples import Sample


def test_libreoffice_opens_every_workbook(sample: Sample, tmp_path: Path) -> None:
    workbooks = sorted(sample.settings.feedback.glob("*/*.xlsx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, str(tmp_path), *map(str, workbooks)], check=True, capture_output=True, timeout=500)
    for path in workbooks:
        ours, theirs = openpyxl.load_workbook(path), openpyxl.load_workbook(tmp_path / path.name)
        assert theirs.sheetnames == ours.sheetnames
        for sheet in ours.worksheets[2:]:
            assert _comments(theirs[sheet.title]) == _comments(sheet), (path.name, sheet.title)


def _comments(sheet: Worksheet) -> set[str]:
    return {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
