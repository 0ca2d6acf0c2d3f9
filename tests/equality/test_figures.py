"""A changed exchange rate or price index builds anew what depends on it, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, postgres
from include.platform.settings import Settings
from include.stage5_transformation import dbt
from tests import shared
from tests.equality.figures import forget_office_figures, judged_otherwise, write_office_figures
from tests.equality.tables import contents, unequal

#: A declared total that differed while a version was current that another has superseded since.
_ONCE_CURRENT = sa.text("""
insert into ops.finding (submission_id, rule, severity, sheet, row_number, column_name)
select submission_id, 'X01', 'warning', 'cover', 8, 'declared_msmes_trained'
from ops.submission
where not is_current and version is not null
""")


def test_what_follows_from_a_figure_follows_it(made_programme: Settings, tmp_path: Path) -> None:
    settings = shared.copied(made_programme, tmp_path)
    transformer, loader = (database.engine(settings, role) for role in ("transformer", "loader"))

    def marts() -> dict[str, tuple[int, str]]:
        with transformer.connect() as connection:
            return contents(connection)

    def night(name: str) -> dict[str, tuple[int, str]]:
        run_night(settings, name)
        return marts()

    try:
        of_the_files = marts()
        changed = write_office_figures(settings, random.Random(1))
        of_others = night("with-the-office's")
        assert unequal(of_the_files, of_others), f"nothing followed: {changed}"
        with loader.begin() as connection:
            assert connection.execute(_ONCE_CURRENT).rowcount
        assert judged_otherwise(settings) == [], changed
        dbt.run(settings, "run", "--full-refresh")
        with transformer.connect() as connection:
            assert unequal(of_others, contents(connection)) == [], changed
        forget_office_figures(settings)
        assert unequal(night("as-the-files-say-again"), of_the_files) == []
    finally:
        transformer.dispose()
        loader.dispose()
        postgres.stop(settings)
