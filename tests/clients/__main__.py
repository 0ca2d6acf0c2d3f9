"""``make clients``: every mart of STATE read by the tools that docs/bi.md names, beside psql; 1 where one differs."""

from __future__ import annotations

import sys

from include.platform import database, postgres
from include.platform.settings import Settings
from tests.clients import trial


def main() -> int:
    settings = Settings.from_environment()
    postgres.ensure_running(settings)
    url = database.plain(database.url(settings, "bi_reader"))
    marts = trial.known(settings, url)
    columns = sum(len(mart.types) for mart in marts.values())
    print(f"psql: {len(marts)} tables and views, {columns} columns, {sum(m.rows for m in marts.values()):,} rows")
    is_wrong = False
    for client in trial.CLIENTS:
        try:
            said = trial.read(client, url, marts)
        except trial.NotHere as error:
            print(f"{client}: not tried, {error}")
            continue
        found = trial.differences(marts, said)
        keys = [table["keys"] for table in said.values() if "keys" in table]
        more = f"; {sum(k for k, _ in keys)} primary and {sum(f for _, f in keys)} foreign keys" if keys else ""
        print(f"{client}: {len(found)} of {columns} columns differ{more}", *found[:20], sep="\n  ")
        is_wrong = is_wrong or bool(found)
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
