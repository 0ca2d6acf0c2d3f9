"""Single deliveries that went wrong for somebody (``cases/files`` of the contract), each read as its page says."""

from __future__ import annotations

import pytest

from tests.contract_place import CASES, IS_HERE
from tests.reading.deliveries import read

pytestmark = pytest.mark.skipif(not IS_HERE, reason="the contract's cases are not beside the project")

Found = set[tuple[str, str, int | None, str | None]]

#: File -> what is found in it beside repairs (C09): rule, sheet, row, value.
READ: dict[str, Found] = {
    "zip_names_pt_cp850.zip": set(),
    "csv_unquoted_decimal_training.zip": {("C11", "training", 2, None)},
    "expired_certificate_with_header.xlsx": set(),  # N04 is validation's
    "expired_certificate_blank_header.xlsx": {("F12", "standards", 2, "H")},
    "value_without_header.xlsx": {("F09", "enterprises", 2, "M")},
    "q_google_sheet_names.zip": set(),
    "backslash_names.xlsx": set(),
    "module_sheet_without_part.xlsx": set(),
    "q_style_empty.xlsx": set(),
    "q_styles_missing.xlsx": set(),
    "q_percent_encoded.xlsx": set(),
    "mac_printer_settings.xlsx": set(),
    "inline_string_with_v.xlsx": set(),
}
#: File -> rule, cause and place of its refusal.
REFUSED: dict[str, tuple[str, str, dict[str, str]]] = {
    "csv_quotes_inside_quotes.zip": ("F01", "csv_quote", {"entry": "enterprises.csv", "record": "2"}),
    "q_zip_of_workbook.zip": ("F01", "workbook_in_zip", {}),
    "xlsb_renamed_real_content_types.xlsx": ("F01", "xlsb", {}),
    "own_sheet_wide.xlsx": ("F02", "far_column", {"sheet": "Calculos propios", "cell": "NA1"}),
}


def test_every_file_is_expected() -> None:
    assert {path.name for path in (CASES / "files").iterdir()} == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_it_is_read(name: str) -> None:
    reading = read(CASES / "files" / name)
    found = reading.findings.select("rule", "sheet", "row_number", "value").rows()
    assert {row for row in found if row[0] != "C09"} == READ[name]
    assert set(reading.frames) == {"cover", "enterprises", "training", "practices", "jobs", "standards", "sales"}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_cause(name: str) -> None:
    reading = read(CASES / "files" / name)
    rule, cause, place = REFUSED[name]
    assert reading.findings["rule"].to_list() == [rule]
    assert (reading.details["refused"]["cause"], reading.details["refused"]["place"]) == (cause, place)
