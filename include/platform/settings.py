"""What one run is told from outside: the variables of the make targets, and the places below ``STATE``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from include.platform.errors import PlatformError

PROJECT_ROOT = Path(__file__).resolve().parents[2]

#: The time zone the programme's days are counted in.
LIMA = ZoneInfo("America/Lima")

#: Bytes of a delivered file (submission.md, Safety limits), unless READING_MAX_FILE_BYTES says otherwise.
MAX_FILE_BYTES = 50 * 1024**2


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(Path(path).expanduser()))


@dataclass(frozen=True)
class Settings:
    """The variables of ``warehouse.md``, resolved; relative paths are relative to the working directory.

    ``inbox`` stays text because it may be an fsspec URL. ``warehouse_url`` is empty for the embedded server.
    ``as_of`` is only what was asked for; use :func:`load_date` for the date a night works with.
    """

    state: Path
    inbox: str
    registry: Path
    warehouse_url: str | None = None
    as_of: date | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings from the environment; an empty variable counts as absent.

        Raises PlatformError where ``AS_OF`` is not a date.
        """

        def given(name: str) -> str | None:
            return environment.get(name, "").strip() or None

        state = _absolute(given("STATE") or str(PROJECT_ROOT / ".state"))
        inbox = given("INBOX") or str(state / "inbox")
        return cls(
            state=state,
            inbox=inbox if "://" in inbox else str(_absolute(inbox)),
            registry=_absolute(given("REGISTRY") or str(state / "demonstration" / "registry")),
            warehouse_url=given("WAREHOUSE_URL"),
            as_of=_date(given("AS_OF")),
        )

    def environment(self) -> dict[str, str]:
        """The variables that give another process these settings."""
        return {
            "STATE": str(self.state),
            "INBOX": self.inbox,
            "REGISTRY": str(self.registry),
            "WAREHOUSE_URL": self.warehouse_url or "",
            "AS_OF": self.as_of.isoformat() if self.as_of else "",
        }

    @property
    def registry_is_demonstration(self) -> bool:
        """Whether the registry is the one the pipeline writes for itself."""
        return self.registry == self.demonstration / "registry"

    # --- places below STATE ---------------------------------------------------------------------------

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, one file each, readable by the owner only."""
        return self.state / "secrets"

    @property
    def postgres(self) -> Path:
        """Data folder, port and lock of the embedded server."""
        return self.state / "postgres"

    @property
    def airflow(self) -> Path:
        """Airflow's home."""
        return self.state / "airflow"

    @property
    def logs(self) -> Path:
        """Logs of the long-running processes."""
        return self.state / "logs"

    @property
    def archive(self) -> Path:
        """The bytes of every delivery ever taken."""
        return self.state / "archive"

    @property
    def demonstration(self) -> Path:
        return self.state / "demonstration"

    @property
    def reports(self) -> Path:
        return self.state / "reports"

    @property
    def feedback(self) -> Path:
        return self.state / "feedback"

    @property
    def outbox(self) -> Path:
        return self.state / "outbox"

    @property
    def templates(self) -> Path:
        return self.state / "templates"


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise PlatformError(f"AS_OF has to be a date such as 2026-02-20, not {text!r}.") from None


def max_file_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """Largest delivered file that is kept and read, in bytes: ``READING_MAX_FILE_BYTES``, 50 MB unless set.

    Raises PlatformError where it is no whole number.
    """
    text = environment.get("READING_MAX_FILE_BYTES", "").strip() or str(MAX_FILE_BYTES)
    if not text.isdecimal() or int(text) < 1:
        raise PlatformError(
            f"READING_MAX_FILE_BYTES has to be a number of bytes such as {MAX_FILE_BYTES}, not {text!r}."
        )
    return int(text)


def load_date(settings: Settings) -> date:
    """The date a night works with: ``AS_OF``, or today in America/Lima."""
    return settings.as_of or datetime.now(LIMA).date()


def ensure_state(settings: Settings) -> None:
    """Make the folders below ``STATE`` that hold personal data or secrets, closed to other users.

    ``STATE`` itself may be passed through but not listed by others, for the embedded server's own user. A folder
    that exists keeps the permissions it has.
    """
    try:
        if not settings.state.exists():
            settings.state.mkdir(parents=True, mode=0o711)
        for folder in (settings.secrets, settings.airflow, settings.logs, settings.archive):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PlatformError(f"STATE={settings.state} cannot be written: {error.strerror}.") from None
