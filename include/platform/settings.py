"""What one run is told from outside: the settings, from file and environment, and the places below ``STATE``."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from include.platform import configuration
from include.platform.errors import PlatformError, UsageError

PROJECT_ROOT = Path(__file__).resolve().parents[2]

#: The time zone the programme's days are counted in.
LIMA = ZoneInfo("America/Lima")

#: Days logs, Data Docs and Airflow's history are kept, unless RETENTION_DAYS says otherwise.
RETENTION_DAYS = 90
#: Gigabytes that should be free, unless DISK_FREE_GB says otherwise.
DISK_FREE_GB = 5
PORT_MAX = 65535
#: How a mail server is spoken to -> the port that is usual for it.
MAIL_PORTS = {"none": 25, "starttls": 587, "tls": 465}

#: Bytes of a delivered file (submission.md, Safety limits), unless READING_MAX_FILE_BYTES says otherwise.
MAX_FILE_BYTES = 50 * 1024**2


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(Path(path).expanduser()))


@dataclass(frozen=True)
class Mail:
    """The server that sends messages; ``security`` is ``none``, ``starttls`` or ``tls`` (encrypted from the start)."""

    host: str
    port: int
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str | None = None
    security: str = "starttls"

    def as_connection(self) -> dict[str, Any]:
        """Host, port, login, password and extra as an Airflow connection of type SMTP has them."""
        extra = {
            "from_email": self.sender,
            "disable_ssl": self.security != "tls",
            "disable_tls": self.security == "none",
        }
        return {"host": self.host, "port": self.port, "login": self.login, "password": self.password, "extra": extra}


@dataclass(frozen=True)
class Settings:
    """The settings of :mod:`include.platform.configuration`, resolved; relative paths of the environment start at the
    working directory.

    ``inbox`` stays text because it may be an fsspec URL. ``warehouse_url`` is empty for the embedded server, a port
    where a free one will do, ``mail`` where no server is named. ``as_of`` is only what was asked for; use
    :func:`load_date` for the date a night works with.
    """

    state: Path
    inbox: str
    registry: Path
    warehouse_url: str | None = field(default=None, repr=False)
    as_of: date | None = None
    database_port: int | None = None
    ui_port: int | None = None
    dashboards_port: int | None = None
    dashboards_url: str | None = None
    mail: Mail | None = None
    operator_email: str | None = None
    retention_days: int = RETENTION_DAYS
    report_on_good_days: bool = False
    disk_free_gb: float = DISK_FREE_GB
    closers: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings from ``warehouse.toml`` and the environment, which wins; an empty variable counts as absent.

        Raises UsageError where the file or a value is wrong.
        """
        given = configuration.values(environment, PROJECT_ROOT)
        state = _absolute(given.get("STATE") or str(PROJECT_ROOT / ".state"))
        inbox = given.get("INBOX") or str(state / "inbox")
        return cls(
            state=state,
            inbox=inbox if "://" in inbox else str(_absolute(inbox)),
            registry=_absolute(given.get("REGISTRY") or str(state / "registry")),
            warehouse_url=given.get("WAREHOUSE_URL"),
            as_of=_date(environment.get("AS_OF", "").strip()),
            database_port=_number(given, "DATABASE_PORT", PORT_MAX),
            ui_port=_number(given, "UI_PORT", PORT_MAX),
            dashboards_port=_number(given, "DASHBOARDS_PORT", PORT_MAX),
            dashboards_url=_web_address(given, "DASHBOARDS_URL"),
            mail=_mail(given),
            operator_email=given.get("OPERATOR_EMAIL"),
            retention_days=_number(given, "RETENTION_DAYS") or RETENTION_DAYS,
            report_on_good_days=given.get("REPORT_ON_GOOD_DAYS") == "yes",
            disk_free_gb=_number(given, "DISK_FREE_GB", 1_000_000) or DISK_FREE_GB,
            closers=_names(given.get("CLOSERS")),
            signers=_names(given.get("SIGNERS")),
        )

    def environment(self) -> dict[str, str]:
        """The variables that give another process these settings and no others: it reads no file."""
        values = {
            "STATE": self.state,
            "INBOX": self.inbox,
            "REGISTRY": self.registry,
            "WAREHOUSE_URL": self.warehouse_url,
            "AS_OF": self.as_of,
            "DATABASE_PORT": self.database_port,
            "UI_PORT": self.ui_port,
            "DASHBOARDS_PORT": self.dashboards_port,
            "DASHBOARDS_URL": self.dashboards_url,
            "MAIL_SERVER": self.mail and self.mail.host,
            "MAIL_PORT": self.mail and self.mail.port,
            "MAIL_LOGIN": self.mail and self.mail.login,
            "MAIL_PASSWORD": self.mail and self.mail.password,
            "MAIL_SENDER": self.mail and self.mail.sender,
            "MAIL_SECURITY": self.mail and self.mail.security,
            "OPERATOR_EMAIL": self.operator_email,
            "RETENTION_DAYS": self.retention_days,
            "REPORT_ON_GOOD_DAYS": "yes" if self.report_on_good_days else None,
            "DISK_FREE_GB": f"{self.disk_free_gb:g}",
            "CLOSERS": ",".join(self.closers),
            "SIGNERS": ",".join(self.signers),
            configuration.FILE_VARIABLE: os.devnull,
        }
        return {name: "" if value is None else str(value) for name, value in values.items()}

    def command(self, target: str) -> str:
        """The make command that does ``target`` on this STATE, as one types it."""
        return f"make {target} STATE={shlex.quote(str(self.state))}"

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
    def locks(self) -> Path:
        """Lock files, out of reach of other users: who can open one can hold it."""
        return self.state / "locks"

    @property
    def dbt(self) -> Path:
        """dbt's compiled SQL and artifacts."""
        return self.state / "dbt"

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


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"AS_OF has to be a date such as 2026-02-20, not {text!r}.") from None


def _number(given: Mapping[str, str], name: str, largest: int = 100_000) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= largest:
        raise UsageError(f"{name} has to be a whole number from 1 to {largest}, not {text!r}.")
    return int(text)


def _web_address(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if text and not text.startswith(("http://", "https://")):
        raise UsageError(f"{name} has to be an address such as https://dashboards.example.org, not {text!r}.")
    return text.rstrip("/") if text else None


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _mail(given: Mapping[str, str]) -> Mail | None:
    host = given.get("MAIL_SERVER")
    if not host:
        return None
    security = given.get("MAIL_SECURITY", "starttls")
    if security not in MAIL_PORTS:
        raise UsageError(f"MAIL_SECURITY has to be one of {', '.join(MAIL_PORTS)}, not {security!r}.")
    return Mail(
        host=host,
        port=_number(given, "MAIL_PORT", PORT_MAX) or MAIL_PORTS[security],
        login=given.get("MAIL_LOGIN"),
        password=given.get("MAIL_PASSWORD"),
        sender=given.get("MAIL_SENDER"),
        security=security,
    )


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
    """Make the folders below ``STATE`` that other users have no business in, closed to them.

    ``STATE`` itself may be passed through but not listed by others, for the embedded server's own user. A folder
    that exists keeps the permissions it has.
    """
    try:
        with suppress(FileExistsError):  # another process may make it in the same moment
            settings.state.mkdir(parents=True, mode=0o711)
            settings.state.chmod(0o711)  # whatever the umask
        for folder in (
            *(settings.secrets, settings.airflow, settings.logs, settings.archive, settings.locks),
            *(settings.dbt, settings.reports, settings.feedback, settings.outbox),
        ):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PlatformError(f"STATE={settings.state} cannot be written: {error.strerror}.") from None
