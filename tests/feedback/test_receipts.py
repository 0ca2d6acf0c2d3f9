"""Receipts verify, and any changed byte is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.platform.errors import UsageError
from include.stage7_outputs.answers.receipt import receipt_json, receipt_text, signing_key, verify_receipt
from tests.conftest import make_settings
from tests.feedback.made_up import delivery

WRITERS = pytest.mark.parametrize("write", [receipt_json, receipt_text])


@WRITERS
def test_a_receipt_verifies(tmp_path: Path, write: object) -> None:
    settings = make_settings(tmp_path)
    path = tmp_path / "receipt"
    path.write_bytes(write(delivery(file_name="Repórte\n1.xlsx"), signing_key(settings)))  # type: ignore[operator]
    assert verify_receipt(settings, path) == (True, "This receipt is as this installation issued it.")


@WRITERS
def test_every_changed_added_or_lost_byte_is_noticed(tmp_path: Path, write: object) -> None:
    settings = make_settings(tmp_path)
    path = tmp_path / "receipt"
    data = write(delivery(), signing_key(settings))  # type: ignore[operator]
    changed = [
        *(data[:at] + bytes([(data[at] + 1) % 256]) + data[at + 1 :] for at in range(len(data))),
        *(data[:at] + data[at + 1 :] for at in range(0, len(data), 7)),
        *(data[:at] + b" " + data[at:] for at in range(0, len(data) + 1, 7)),
        data + b"\n",
        data[:-1],
        b"",
    ]
    for other in changed:
        path.write_bytes(other)
        is_right, reason = verify_receipt(settings, path)
        assert not is_right, other
        assert reason


def test_another_installations_receipt_is_told_from_a_changed_one(tmp_path: Path) -> None:
    here, there = make_settings(tmp_path / "here"), make_settings(tmp_path / "there")
    path = tmp_path / "receipt.json"
    path.write_bytes(receipt_json(delivery(), signing_key(there)))
    signing_key(here)
    assert "another key" in verify_receipt(here, path)[1]
    path.write_bytes(receipt_json(delivery(), signing_key(here)).replace(b"12345", b"12346"))
    assert "changed" in verify_receipt(here, path)[1]
    with pytest.raises(UsageError, match="cannot be read"):
        verify_receipt(here, tmp_path / "none")


def test_without_a_key_nothing_is_said_of_a_receipt_and_no_key_is_made(tmp_path: Path) -> None:
    elsewhere, path = make_settings(tmp_path / "elsewhere"), tmp_path / "receipt.json"
    path.write_bytes(receipt_json(delivery(), signing_key(make_settings(tmp_path / "here"))))
    with pytest.raises(UsageError, match="no receipt was ever issued from this STATE"):
        verify_receipt(elsewhere, path)
    assert not elsewhere.state.exists()


def test_the_document_says_what_was_delivered(tmp_path: Path) -> None:
    document = json.loads(receipt_json(delivery(), signing_key(make_settings(tmp_path))))
    assert document["project"] == "PE-01"
    assert document["received_at"] == "2024-08-01T06:30:00+00:00"
    assert document["rows"] == dict.fromkeys(("enterprises", "training", "practices", "jobs", "standards", "sales"), 20)


def test_a_duplicates_receipt_points_to_the_first(tmp_path: Path) -> None:
    key = signing_key(make_settings(tmp_path))
    made = delivery(status="duplicate", version=None, duplicate_of="PE-01-0007", submission_id="PE-01-0009")
    assert json.loads(receipt_json(made, key))["duplicate_of"] == "PE-01-0007"
    assert "Primera entrega de estos bytes: PE-01-0007" in receipt_text(made, key).decode()


def test_the_key_is_closed_to_others(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    signing_key(settings)
    assert (settings.secrets / "receipt_key").stat().st_mode & 0o077 == 0
