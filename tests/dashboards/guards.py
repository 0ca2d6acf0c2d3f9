"""``make dashboards-test MUTATE=yes``: whether the attempts of ``attacks.py`` notice each guard that is gone.

    python -m tests.dashboards.guards [WORD]

On the demonstration of STATE. One guard is taken away at a time, from a copy of ``dashboards``; Superset is started
with it, and the attempts have to come through. ``WORD``: only guards whose name has it. Exit status 1 where a guard was
not missed.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from include.dashboards import assets, place, process
from include.dashboards.start import start
from include.demonstration.place import is_demonstration
from include.platform import database, interruption
from include.platform.settings import Settings
from tests.dashboards import attacks
from tests.dashboards.reader import COUNTRY, both_made, both_signed_in

_ASKING, _CONFIG, _SET_UP = "superset_asking.py", "superset_config.py", "superset_set_up.py"
_NO_CACHE = "DATA_CACHE_CONFIG = CACHE_CONFIG\n"
_A_CACHE = """\
DATA_CACHE_CONFIG = {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": os.environ["SUPERSET_HOME"] + "/cache"}
"""
_BY_LOGIN = '*map(READS_AS.__add__, _logins(g.get("user")))'
_EVERY_WORD = "if not all(name in names for name in _asked(question)):"
_KEYS = '("columns", "groupby", "metrics", "series_columns")'


@dataclass(frozen=True)
class Guard:
    """What keeps something out: texts of a file and what stands there when it is gone.

    ``is_missed``: attempts come through without it; False for what another guard keeps out as well, and is here to show
    that it does. ``by``: an attempt that has to be among them, where others would hide that it is not.
    """

    name: str
    changes: tuple[tuple[str, str, str], ...] = ()
    is_missed: bool = True
    by: str = ""


def _without(name: str, file: str, text: str, instead: str, *, is_missed: bool = True, by: str = "") -> Guard:
    return Guard(name, ((file, text, instead),), is_missed, by)


#: Taken away in the database itself.
_POLICIES = "row security in the database"

GUARDS = (
    _without("own SQL is refused", _ASKING, "any(_is_own_sql(source, one) for one in questions)", "False"),
    _without("own columns and measures are refused", _ASKING, _EVERY_WORD, "if False:"),
    _without("own conditions are refused", _ASKING, "not conditions <= _conditions(source)", "False"),
    _without("columns are looked at", _ASKING, _KEYS, '("groupby", "metrics", "series_columns")'),
    _without("measures are looked at", _ASKING, _KEYS, '("columns", "groupby", "series_columns")'),
    _without("limits of series are looked at", _ASKING, '("series_limit_metric", "timeseries', '("timeseries'),
    _without("orders are looked at", _ASKING, 'question.get("orderby") or []', "[]"),
    _without("filters are looked at", _ASKING, 'question.get("filter") or []', "[]"),
    _without(
        "an axis is a column", _ASKING, 'return said.get("sqlExpression") if is_axis else None', "return 'period'"
    ),
    _without("conditions of groups are looked at", _ASKING, '("where", "having")} - {""}', '("where",)} - {""}'),
    _without(
        "SQL Lab is off",
        _SET_UP,
        '(("can_csv", "Superset"),',
        '(("can_execute_sql_query", "SQLLab"), ("can_read", "SQLLab"), ("can_csv", "Superset"),',
        by="SQL Lab",
    ),
    _without("viewers lack what pages do without", _SET_UP, " - NOT_VIEWERS", ""),
    _without(
        "viewers write nothing",
        _SET_UP,
        "viewers.permissions = [pair for pair in found if pair]",
        'viewers.permissions = security_manager.find_role("Gamma").permissions + [pair for pair in found if pair]',
    ),
    _without(
        "each asks as his login",
        _ASKING,
        "uri.set(username=logins[0], password=known[logins[0]])",
        'uri.set(username="bi_reader", password=known["bi_reader"])',
    ),
    Guard(_POLICIES),
    Guard("no cache, and one by login", ((_CONFIG, _NO_CACHE, _A_CACHE), (_ASKING, _BY_LOGIN, ""))),
    _without("no cache; by login it would hold", _CONFIG, _NO_CACHE, _A_CACHE, is_missed=False),
    _without(
        "wrong passwords are counted",
        _ASKING,
        "self.limiter.limit(self.auth_rate_limit",
        "self.limiter.exempt and (lambda *_, **__: print)(self.auth_rate_limit",
    ),
    _without("programs do not sign in", _ASKING, 'if request.path.rstrip("/") in _FOR_PROGRAMS else', "if False else"),
    _without("headers of pages", _CONFIG, "TALISMAN_ENABLED = True", "TALISMAN_ENABLED = False"),
    _without("no frame of others", _CONFIG, '"frame-ancestors": ["\'none\'"],', ""),
    _without(
        "no scripts of others",
        _CONFIG,
        '"script-src": ["\'self\'", "\'strict-dynamic\'"]',
        '"script-src": ["\'self\'", "\'unsafe-eval\'"]',
    ),
    Guard(
        "cookies are not for scripts",
        (
            (_CONFIG, "SESSION_COOKIE_HTTPONLY = True", "SESSION_COOKIE_HTTPONLY = False"),
            (_CONFIG, '"frame_options": "DENY"', '"session_cookie_http_only": False, "frame_options": "DENY"'),
        ),
    ),
    _without(
        "cookies are not for other sites",
        _CONFIG,
        '"session_cookie_samesite": "Lax"',
        '"session_cookie_samesite": "None"',
    ),
    _without("writing takes a token", _CONFIG, "ENABLE_CORS = False", "ENABLE_CORS = WTF_CSRF_ENABLED = False"),
)


def main(word: str) -> int:
    """Take each away; the exit status."""
    settings = Settings.from_environment()
    if not is_demonstration(settings):
        print("Guards are taken away on a demonstration alone.", file=sys.stderr)
        return 2
    start(settings, say=lambda text: print(text, flush=True))
    wrong = 0
    with both_made(settings) as passwords:
        foreign = attacks.foreign(settings)
        for guard in (one for one in GUARDS if word in one.name):
            began = time.monotonic()
            with _taken_away(settings, guard), both_signed_in(settings, passwords) as readers:
                said = list(attacks.run(settings, readers[COUNTRY], readers[None], foreign))
            names = {one.partition(":")[0] for one in said}
            is_right = bool(said) == guard.is_missed and (not guard.by or guard.by in names)
            wrong += not is_right
            told = f"{len(said)} came through, such as {said[0][:150]}" if said else "nothing came through"
            print(
                f"{'' if is_right else 'WRONG  '}without: {guard.name}: {told} ({time.monotonic() - began:.0f} s)",
                flush=True,
            )
        process.start(settings)
        process.set_up(settings, {"database": assets.DATABASE_NAME})
    print(f"{wrong} guards are not missed" if wrong else "each guard is missed")
    return 1 if wrong else 0


@contextmanager
def _taken_away(settings: Settings, guard: Guard) -> Iterator[None]:
    """Superset as it is without the guard, and the database; as they were at the end."""
    whole = place.FOLDER
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        copy = Path(shutil.copytree(whole, Path(folder) / whole.name))
        for name, text, instead in guard.changes:
            said = (copy / name).read_text("utf-8")
            assert said.count(text) == 1, f"{guard.name}: {name} has {text!r} {said.count(text)} times"
            (copy / name).write_text(said.replace(text, instead), "utf-8")
        if guard.name == _POLICIES:
            stack.enter_context(_without_policies(settings))
        place.FOLDER = copy
        try:
            process.start(settings)
            process.set_up(settings, {"database": assets.DATABASE_NAME})
            yield
        finally:
            place.FOLDER = whole
            shutil.rmtree(place.home(settings) / "cache", ignore_errors=True)


@contextmanager
def _without_policies(settings: Settings) -> Iterator[None]:
    """The marts' tables without row-level security."""
    of_marts = "relnamespace = 'marts'::regnamespace"
    with database.connected(settings) as connection:
        tables = list(connection.scalars(sa.text(f"select relname from pg_class where {of_marts} and relrowsecurity")))
    assert len(tables) > 20
    try:
        _for_each(settings, tables, "disable")
        yield
    finally:
        _for_each(settings, tables, "enable")


def _for_each(settings: Settings, tables: list[str], word: str) -> None:
    with database.transaction(settings) as connection:
        for table in tables:
            connection.execute(sa.text(f'alter table marts."{table}" {word} row level security'))


if __name__ == "__main__":
    interruption.listen()
    sys.exit(main(" ".join(sys.argv[1:])))
