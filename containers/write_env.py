"""``make env``: write .env from .env.example, with a random value for every empty variable.

    python3 containers/write_env.py [FILE]

Needs nothing but Python. A value that is there already stays, so that it can be run again after an upgrade.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
EXAMPLE = HERE / ".env.example"


def main(arguments: list[str]) -> None:
    target = Path(arguments[0]) if arguments else HERE / ".env"
    text = completed(EXAMPLE.read_text(), values(target.read_text()) if target.exists() else {})
    descriptor, staged = tempfile.mkstemp(dir=target.resolve().parent, prefix=".env.")  # with mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    os.replace(staged, target)


def values(text: str) -> dict[str, str]:
    """Variables that have a value."""
    return dict(re.findall(r"^(\w+)=(.+)$", text, re.MULTILINE))


def completed(example: str, known: dict[str, str]) -> str:
    """The example with what is known and, where a line of it is empty and nothing is known, a new value.

    What is known and not in the example comes last: somebody means it.
    """
    lines, others = [], dict(known)
    for line in example.splitlines():
        wanted = re.fullmatch(r"(#?)(\w+)=(.*)", line)
        if wanted and wanted[2] in others:
            lines.append(f"{wanted[2]}={others.pop(wanted[2])}")
        elif wanted and not wanted[1]:
            lines.append(f"{wanted[2]}={wanted[3] or new_value(wanted[2])}")
        else:
            lines.append(line)
    return "\n".join((*lines, *(f"{name}={value}" for name, value in others.items()))) + "\n"


def new_value(name: str) -> str:
    """32 random bytes in the form the variable needs; letters and digits where it may stand in a URL."""
    if name == "AIRFLOW_FERNET_KEY":
        import base64

        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
    return secrets.token_hex(32)


if __name__ == "__main__":
    main(sys.argv[1:])
