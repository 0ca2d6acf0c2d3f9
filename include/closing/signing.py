"""Ed25519 signatures of releases, by the key that signs receipts."""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from include.platform.settings import Settings
from include.stage7_outputs.answers.receipt import known_key, signing_key


def sign(settings: Settings, text: bytes) -> str:
    """The installation's signature, in base64."""
    return encoded(signing_key(settings).sign(text))


def public_key(settings: Settings) -> Ed25519PublicKey:
    """The key that the installation's signatures are checked with."""
    return signing_key(settings).public_key()


def known_public_key(settings: Settings) -> Ed25519PublicKey | None:
    """The same, where there is one already; a check makes none."""
    known = known_key(settings)
    return known.public_key() if known else None


def encoded(signature: bytes) -> str:
    """A signature in base64."""
    return base64.b64encode(signature).decode()


def is_signed(text: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether the signature (64 bytes) is the key's over the text."""
    try:
        key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def decoded(signature: str) -> bytes:
    """The bytes of a signature in base64; none where it is no base64."""
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return b""


def as_pem(key: Ed25519PublicKey) -> bytes:
    """The key as openssl reads it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def of_pem(text: bytes) -> Ed25519PublicKey:
    """The key in a PEM file. Raises ValueError where it is none of Ed25519."""
    key = load_pem_public_key(text)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the public key is none of Ed25519")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """What tells keys apart: the same 16 letters as on receipts."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]
