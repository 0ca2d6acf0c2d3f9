"""Passwords and keys: made at first use, kept below ``STATE/secrets`` with mode 0600.

A variable of the same name in capitals (``LOADER_PASSWORD``, ``PSEUDONYM_KEY``) takes the place of the file, for
containers that receive their secrets from outside.
"""

from __future__ import annotations

import base64
import os
import secrets as randomness
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from include.platform.settings import Settings, ensure_state


def password(settings: Settings, role: str) -> str:
    """Password of a database role; letters and digits only, so that it stands in a URL as it is."""
    return _secret(settings, f"{role}_password", lambda: randomness.token_hex(20))


def has_password(settings: Settings, role: str) -> bool:
    """Whether the password of a role is kept, or given from outside."""
    name = f"{role}_password"
    return name.upper() in os.environ or (settings.secrets / name).exists()


def forget_password(settings: Settings, role: str) -> None:
    """Remove the password of a role that is no more."""
    (settings.secrets / f"{role}_password").unlink(missing_ok=True)


def pseudonym_key(settings: Settings) -> bytes:
    """The 32-byte key of the hashes that stand for enterprises and tax ids outside ``restricted``."""
    return bytes.fromhex(_secret(settings, "pseudonym_key", lambda: randomness.token_hex(32)))


def known_pseudonym_key(settings: Settings) -> bytes | None:
    """The key that :func:`pseudonym_key` gives, where there is one already."""
    is_there = os.environ.get("PSEUDONYM_KEY") or (settings.secrets / "pseudonym_key").exists()
    return pseudonym_key(settings) if is_there else None


def airflow_secret(settings: Settings, name: str) -> str:
    """A key Airflow signs or sessions with, such as ``jwt``; at least 64 bytes of text."""
    return _secret(settings, f"airflow_{name}", lambda: randomness.token_hex(32))


def superset_secret(settings: Settings, name: str) -> str:
    """A key or password of Superset's own, such as ``session``; 64 letters and digits."""
    return _secret(settings, f"superset_{name}", lambda: randomness.token_hex(32))


def airflow_fernet_key(settings: Settings) -> str:
    """The key Airflow encrypts connections with: 32 bytes in URL-safe base64."""
    return _secret(
        settings,
        "airflow_fernet_key",
        lambda: base64.urlsafe_b64encode(randomness.token_bytes(32)).decode("ascii"),
    )


def _secret(settings: Settings, name: str, make: Callable[[], str]) -> str:
    from_outside = os.environ.get(name.upper())
    if from_outside:
        return from_outside
    path = settings.secrets / name
    ensure_state(settings)
    if not path.exists():
        write_private(path, make() + "\n", replace=False)
    return path.read_text("ascii").strip()


def write_private(path: Path, text: str, *, replace: bool = True) -> None:
    """Write ``text`` to ``path`` with mode 0600, whole or not at all.

    Without ``replace`` a file that another process wrote in the meantime stays.
    """
    descriptor, staged = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(staged, path)
        else:
            with suppress(FileExistsError):
                os.link(staged, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(staged)
