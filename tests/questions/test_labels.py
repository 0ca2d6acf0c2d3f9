"""Every code that a mart shows has a label in the three languages, and every word of the marts is one a reader has."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from include.contract import labels
from include.contract.indicators import load_indicators
from include.contract.locales import LANGUAGES

#: Columns of codes -> the lists of dim_code they are of, or the dimension that names them. A column of a mart is here,
#: or among what is no code.
CODES = {
    "age_group": ["age_group"],
    "cause": ["cause"],
    "change_part": ["change_part"],
    "country": "dim_country",
    "seat_country": ["country"],
    "currency": ["currency"],
    "decent_work": ["decent_work"],
    "evidence_grade": ["evidence_grade"],
    "green_basis": ["green_basis"],
    "group_role": ["group_role"],
    "institution": "dim_institution",
    "isic_class": ["isic_class"],
    "isic_section": ["isic_section"],
    "item": ["topic", "practice", "resource", "standard", "standard_kind"],
    "item_kind": ["item_kind"],
    "job_category": ["job_category"],
    "kpi": "dim_kpi",
    "claims_ledger.kpi": ["registry_fact", "kpi"],
    "language": ["language"],
    "lead_institution": "dim_institution",
    "column_name": ["column"],
    "measure": ["measure"],
    "resource_saving.measure": ["saved_in"],
    "counting_evidence_grade": ["evidence_grade"],
    "counting_project_code": "dim_project",
    "evidenced_verdict": ["verdict"],
    "institution_role": ["institution_role"],
    "stage": ["stage"],
    "other_project_code": "dim_project",
    "owner_age_group": ["age_group"],
    "owner_sex": ["sex"],
    "pillar": ["pillar"],
    "point_of": ["territory_level"],
    "practice": ["practice"],
    "project_code": "dim_project",
    "reason": ["reason"],
    "reason_not_applied": ["reason_not_applied"],
    "region": ["region"],
    "relation": ["relation"],
    "resource": ["resource"],
    "rule": ["rule"],
    "scope_type": ["scope_type"],
    "severity": ["severity"],
    "sex": ["sex"],
    "sheet": ["sheet"],
    "size_class": ["size_class"],
    "standard": ["standard"],
    "standard_kind": ["standard_kind"],
    "status": ["status"],
    "step": ["step"],
    "territory_level": ["territory_level"],
    "timeliness": ["timeliness"],
    "topic": ["topic"],
    "unit": ["unit"],
    "value_chain": ["value_chain"],
    "verdict": ["verdict"],
}
#: What is no code: keys and hashes, names and words that somebody wrote, periods, and the labels themselves.
NO_CODES = {
    *("submission_id", "duplicate_of", "sha256", "claim"),
    *("title", "institution_name", "territory_name", "parent_name", "standard_name", "funding_call", "kind", "note"),
    *("division_name", "iso_3166_2"),  # the one is the name of the other
    *(
        "wording",
        "published_in",
        "resource_unit",
        "file_name",
        "delivery_label",
        "cell",
        "named_column",
        "what_it_says",
    ),
    *("period", "as_of_period", "actual_period", "due_period", "from_period", "to_period", "last_reported_in"),
    *("lapses_in", "cohort", "counting_submission_id", "output_unit", "reported_in"),
    *(
        "latest_period",
        "release",
        "night_id",
        "from_night",
        "until_night",
        "proposed_by",
        "approved_by",
        "code_version",
    ),
    *("registry_sha256", "reference_sha256", "rules_sha256", "figures_sha256", "evidence_sha256", "signature"),
    *("scope_code", "territory_code", "adds_up_over"),  # of two columns, of several: see below
    *("code", "code_list", "dim_kpi.adding"),
}


#: List, or dimension -> its codes that are the same word in the three languages; None: any may be.
SAME: dict[str, set[str] | None] = {
    "age_group": None,  # figures
    "country": None,  # proper names, as CLDR and the programme write them
    "scope": None,  # names of countries, titles of projects
    "size_class": {"micro"},  # words that the three languages have alike, from here on
    "group_role": {"individual"},
    "job_category": {"digital"},
    "territory_level": {"capital"},
    "unit": {"EUR"},
    "standard": {
        *(
            "rainforest_alliance",
            "fairtrade",
            "utz",
            "4c",
            "globalgap",
            "fsc",
            "gots",
            "grs",
            "oeko_tex_100",
            "iso_14001",
        ),
        *("iso_50001", "haccp", "smeta", "b_corp"),  # names of their owners
    },
}


def _text_columns(connection: sa.Connection) -> list[tuple[str, str]]:
    query = sa.text("""
        select table_name, column_name from information_schema.columns
        where table_schema = 'marts' and data_type = 'text' order by 1, 2
    """)
    found = [(table, column) for table, column in connection.execute(query).tuples()]
    assert len(found) > 200
    return found


def test_every_code_of_every_mart_has_its_labels(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        lists: dict[str, set[str]] = {"kpi": set(load_indicators())}
        for code_list, code in connection.execute(sa.text("select code_list, code from marts.dim_code")).tuples():
            lists.setdefault(code_list, set()).add(code)
        unlabelled, checked = [], 0
        for table, column in _text_columns(connection):
            if column.endswith(("_key", *(f"_{language}" for language in LANGUAGES))) or column in NO_CODES:
                continue
            of = CODES.get(f"{table}.{column}", CODES.get(column))
            if of is None:
                unlabelled.append(f"{table}.{column} is neither among CODES nor NO_CODES")
                continue
            shown = set(connection.scalars(sa.text(f'select distinct "{column}" from marts."{table}"')))
            shown.discard(None)
            checked += len(shown)
            if isinstance(of, str):
                key = of.removeprefix("dim_")
                key = "project_code" if key == "project" else key
                known = set(connection.scalars(sa.text(f"select {key} from marts.{of}")))
            else:
                known = {code for name in of for code in lists[name]}
            unlabelled += [f"{table}.{column}: {code}" for code in sorted(shown - known)]
    assert not unlabelled, "\n".join(unlabelled)
    assert checked > 800


@pytest.mark.parametrize(
    ("table", "of"), [("dim_scope", "scope_type, scope_code"), ("dim_territory", "country, territory_code")]
)
def test_codes_of_two_columns_lead_to_a_name(reader: sa.Engine, table: str, of: str) -> None:
    columns = set(of.split(", "))
    with reader.connect() as connection:
        found = _text_columns(connection)
        having = [name for name in dict(found) if columns <= {column for of_, column in found if of_ == name}]
        having.remove(table)
        assert len(having) > 3
        for name in having:
            lost = connection.execute(
                sa.text(f"""
                    select distinct {of} from marts.{name} as rows
                    where {" and ".join(f"{column} is not null" for column in columns)}
                    except select {of} from marts.{table}
                """)
            )
            assert lost.all() == [], name


def test_no_label_is_empty(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        labelled = [
            (table, column)
            for table, column in _text_columns(connection)
            if table.startswith("dim_") and column.startswith(("label_", "name_", "title_", "definition_", "adding_"))
        ]
        assert len({table for table, _ in labelled}) > 20
        empty = [
            f"{table}.{column}"
            for table, column in labelled
            if connection.scalar(sa.text(f"select count(*) from marts.{table} where coalesce({column}, '') = ''"))
        ]
    assert empty == []


def test_labels_of_three_languages_are_not_one_copied(reader: sa.Engine) -> None:
    """What a dimension says in one language it says in all, and what is the same in the three is known to be."""
    with reader.connect() as connection:
        columns = _text_columns(connection)
        said = [
            (table, column[: -len("_es")], column[-len("es") :])
            for table, column in columns
            if table.startswith("dim_") and column.endswith(tuple(f"_{language}" for language in LANGUAGES))
        ]
        texts = {(table, stem) for table, stem, _ in said}
        assert len(said) == len(texts) * len(LANGUAGES), "a language is missing"
        copied: dict[str, set[str]] = {}
        for table, stem in sorted(texts):
            first = sa.inspect(connection).get_columns(table, schema="marts")[0]["name"]
            named = "code_list, code" if table == "dim_code" else f"'{table.removeprefix('dim_')}', {first}"
            query = f"select {named} from marts.{table} where {stem}_es = {stem}_pt and {stem}_pt = {stem}_en"
            for of, code in connection.execute(sa.text(query)).tuples():
                copied.setdefault(of, set()).add(code)
    assert {"dim_isic", "dim_standard", "dim_rule", "dim_kpi", "dim_topic", "dim_code"} <= {table for table, _ in texts}
    found = {of: codes if SAME.get(of, set()) is not None else None for of, codes in copied.items()}
    assert found == SAME


def test_no_text_of_a_dimension_speaks_of_a_file_that_readers_do_not_have(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        found = [
            (table, column)
            for table, column in _text_columns(connection)
            if table.startswith("dim_")
            and connection.scalar(
                sa.text(f"select exists (select from marts.{table} where {column} ~ '[.](md|csv|py)')")
            )
        ]
    assert found == []


def test_a_dimension_of_a_list_says_what_the_list_says(reader: sa.Engine) -> None:
    """Those of the contract's code lists that came before the others, too."""
    with reader.connect() as connection:
        for table, column in _text_columns(connection):
            name = table.removeprefix("dim_")
            if table != f"dim_{column}" or name not in ("topic", "practice", "value_chain", "status", "standard_kind"):
                continue
            of_table = connection.execute(sa.text(f"select {column}, label_es, label_pt, label_en from marts.{table}"))
            of_list = connection.execute(
                sa.text("select code, label_es, label_pt, label_en from marts.dim_code where code_list = :name"),
                {"name": name},
            )
            assert set(of_table.all()) == set(of_list.all()), table


def test_labels_are_written_from_the_contract() -> None:
    written = labels.LABELS.read_text(encoding="utf-8")
    assert written == labels.render(), "run python -m include.contract.labels"
    rows = list(csv.DictReader(io.StringIO(written)))
    assert len({(row["code_list"], row["code"]) for row in rows}) == len(rows)
    assert [row for row in rows if not all(row[f"label_{language}"] for language in LANGUAGES)] == []


def test_each_indicator_says_what_it_is_and_what_may_be_added(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        shown = {row.kpi: row for row in connection.execute(sa.text("select * from marts.dim_kpi order by turn"))}
    assert list(shown) == list(load_indicators())
    for kpi, indicator in load_indicators().items():
        for language in LANGUAGES:
            assert getattr(shown[kpi], f"definition_{language}") == indicator.definitions[language]
        said = {getattr(shown[kpi], f"definition_{language}") for language in LANGUAGES}
        assert len(said) == len(LANGUAGES), f"{kpi} is not translated"
        assert shown[kpi].is_stock


def test_a_key_that_the_marts_say_holds(reader: sa.Engine) -> None:
    """Foreign keys are said and not enforced: what they lead to is there all the same, labels included."""
    with reader.connect() as connection:
        if connection.scalar(sa.text("select current_setting('server_version_num')::int")) < 180_000:
            pytest.skip("this PostgreSQL has no keys that are only said")
        said = connection.execute(
            sa.text("""
                select f.conrelid::regclass::text, a.attname, f.confrelid::regclass::text, k.attname
                from pg_constraint as f
                inner join pg_attribute as a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
                inner join pg_attribute as k on k.attrelid = f.confrelid and k.attnum = f.confkey[1]
                where f.contype = 'f' and f.connamespace = 'marts'::regnamespace
            """)
        ).all()
        lost = [
            (table, column)
            for table, column, dimension, key in said
            if connection.scalar(
                sa.text(f"""
                    select exists (
                        select {column} from {table} where {column} is not null except select {key} from {dimension}
                    )
                """)
            )
        ]
    assert lost == []
    led_to = {dimension.removeprefix("marts.") for _, _, dimension, _ in said}
    assert {"dim_kpi", "dim_scope", "dim_code", "dim_topic", "dim_sex", "dim_status", "dim_verdict"} <= led_to
