"""Receipts: what was delivered, when and with what result, signed so that the office can verify it later.

Every delivery has two, with the same content: a text to read and a JSON document. Either ends with an Ed25519
signature over every byte before it, so that any changed byte is noticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets as randomness
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from include.contract import load_contract
from include.contract.model import CONTRACT_VERSION
from include.platform.errors import UsageError
from include.platform.secrets import write_private
from include.platform.settings import Settings, ensure_state
from include.stage7_outputs.findings import verdict
from include.stage7_outputs.findings.deliveries import Delivery

#: Length of a signature in base64, and what may follow it: a line's end, or the JSON document's.
_SIGNATURE_LENGTH = 88
_JSON_END = b'"\n}\n'
_TEXT_END = b"\n"
_KEY_FILE = "receipt_key"


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The installation's key, made at first use; ``RECEIPT_KEY`` takes the place of the file."""
    if known := known_key(settings):
        return known
    ensure_state(settings)
    write_private(settings.secrets / _KEY_FILE, randomness.token_hex(32) + "\n", replace=False)
    return signing_key(settings)  # that of whoever was first


def known_key(settings: Settings) -> Ed25519PrivateKey | None:
    """The installation's key; None where it never had one."""
    seed = os.environ.get(_KEY_FILE.upper())
    if not seed:
        try:
            seed = (settings.secrets / _KEY_FILE).read_text("ascii").strip()
        except FileNotFoundError:
            return None
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def receipt_json(delivery: Delivery, key: Ed25519PrivateKey) -> bytes:
    """The receipt as a JSON document; ``rows`` are data rows by sheet of the contract."""
    document = {
        "project": delivery.project_code,
        "period": delivery.period,
        "version": delivery.version,
        "delivery": delivery.submission_id,
        "file_name": delivery.file_name,
        "sha256": delivery.sha256,
        "size_bytes": delivery.size_bytes,
        "received_at": delivery.received_at.astimezone(UTC).isoformat(timespec="seconds"),
        "rows": _rows(delivery),
        "status": delivery.status,
        "duplicate_of": delivery.duplicate_of,
        "contract_version": CONTRACT_VERSION,
        "issued_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "key": _fingerprint(key.public_key()),
    }
    head = json.dumps(document, ensure_ascii=False, indent=2).removesuffix("\n}") + ',\n  "signature": "'
    return _signed(head, key) + _JSON_END


def receipt_text(delivery: Delivery, key: Ed25519PrivateKey) -> bytes:
    """The receipt for people, in their language."""
    reader = delivery.reader
    rows = _rows(delivery)
    labels = {sheet.key: sheet.labels[reader.language] for sheet in load_contract().row_sheets}
    facts = [
        ("summary.project", delivery.project_code),
        ("summary.period", delivery.period or "–"),
        ("summary.version", str(delivery.version) if delivery.version else "–"),
        ("summary.delivery", delivery.submission_id),
        ("summary.file", _one_line(delivery.file_name)),
        ("receipt.sha256", delivery.sha256),
        ("receipt.size", reader.number(delivery.size_bytes)),
        ("summary.received", reader.moment(delivery.received_at)),
        ("summary.rows", ", ".join(f"{labels[key]} {reader.number(count)}" for key, count in rows.items()) or "–"),
        ("receipt.status", verdict.status(delivery, reader)),
    ]
    if delivery.duplicate_of:
        facts.append(("receipt.first", delivery.duplicate_of))
    facts.append(("receipt.issued", reader.moment(datetime.now(UTC))))
    lines = [
        f"AL-INVEST Verde: {reader.word('receipt.title')}",
        "",
        *(f"{reader.word(part)}: {value}" for part, value in facts),
        "",
        reader.word("receipt.keep"),
        f"{reader.word('receipt.signature')} (Ed25519, {_fingerprint(key.public_key())}): ",
    ]
    return _signed("\n".join(lines), key) + _TEXT_END


def verify_receipt(settings: Settings, path: Path) -> tuple[bool, str]:
    """Whether a receipt, JSON or text, is as this installation issued it; and why, or why not.

    Raises UsageError where that cannot be told: the file cannot be read, or no receipt was ever issued from this STATE.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    known = known_key(settings)
    if known is None:
        raise UsageError(
            f"There is no {settings.secrets / _KEY_FILE}: no receipt was ever issued from this STATE, so none can be "
            "verified here. Name the STATE that issued it, or bring its key back from the backup."
        )
    end = _JSON_END if data.startswith(b"{") else _TEXT_END
    body = data.removesuffix(end)
    head, signature = body[:-_SIGNATURE_LENGTH], _decoded(body[-_SIGNATURE_LENGTH:])
    if not data.endswith(end) or signature is None:
        return False, "This is no receipt, or its signature was changed or cut off."
    key = known.public_key()
    try:
        key.verify(signature, head)
    except InvalidSignature:
        if _fingerprint(key).encode() not in head:
            return (
                False,
                "This receipt was signed with another key: by another installation, or before a new key.",
            )
        return False, "This receipt was changed after it was issued."
    return True, "This receipt is as this installation issued it."


def _signed(head: str, key: Ed25519PrivateKey) -> bytes:
    data = head.encode()
    return data + base64.b64encode(key.sign(data))


def _decoded(text: bytes) -> bytes | None:
    """The signature's bytes, if the text is the one way to write them."""
    try:
        signature = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return signature if base64.b64encode(signature) == text and len(text) == _SIGNATURE_LENGTH else None


def _fingerprint(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _rows(delivery: Delivery) -> dict[str, int]:
    """Data rows of the sheets that are in the file."""
    return {
        sheet.key: delivery.sheets[sheet.key].row_count
        for sheet in load_contract().row_sheets
        if sheet.key in delivery.sheets and delivery.sheets[sheet.key].file_sheet
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
