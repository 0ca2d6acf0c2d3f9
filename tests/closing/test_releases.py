"""What was signed is never changed, by nobody but the administrator, and then it is found; a stranger can check it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from include.closing import keeping, package, verify
from include.platform import country_offices, database, postgres
from include.platform.errors import UsageError
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage5_transformation.dictionary import kept
from tests.closing.conftest import PERIOD, RELEASE
from tests.publication.clients import connected, rows

CHANGES = (
    "update marts.release set note = 'another'",
    "update marts.release_figure set unique_value = unique_value + 1",
    "delete from marts.release_figure",
    "delete from marts.release",
    "truncate marts.release_figure, marts.release",
    "drop table marts.release_figure",
    "alter table marts.release_figure disable trigger all",
    "alter table marts.release_figure rename to other",
    "drop schema marts cascade",
    "drop trigger keep on marts.release",
    "alter table marts.release disable row level security",
    "create or replace function access.refuse_change() returns trigger language sql as 'select null'",
    "create rule quiet as on update to marts.release do instead nothing",
    "set session_replication_role = replica",
    f"insert into marts.release_figure values ('{RELEASE}', '{PERIOD}', 'country', 'XX', 'green_jobs', 'people', 1)",
)


def _everything(settings: Settings) -> list[tuple]:
    return [
        *rows(settings, "administrator", "select r::text from marts.release as r order by 1"),
        *rows(settings, "administrator", "select f::text from marts.release_figure as f order by 1"),
    ]


@pytest.fixture(scope="module")
def peru(office: Settings) -> Iterator[str]:
    """The login of Peru's office."""
    country_offices.grant_country(office, "PE")
    yield "bi_pe"
    country_offices.revoke_country(office, "bi_pe")


@pytest.mark.parametrize("role", ["loader", "transformer", "me_officer", "bi_reader", "bi_pe"])
def test_no_role_changes_a_release(office: Settings, released: str, peru: str, role: str) -> None:
    before = _everything(office)
    assert len(before) > 100
    with connected(office, role) as connection:
        connection.execute("set default_transaction_read_only = off")
        for change in CHANGES:
            with pytest.raises(psycopg.Error, match=r"permission denied|must be owner|no figure is added"):
                connection.execute(change)
    assert _everything(office) == before


def test_a_country_office_sees_its_own_of_what_was_signed(office: Settings, released: str, peru: str) -> None:
    own = "scope_type = 'country' and scope_code = 'PE' or scope_type = 'project' and scope_code like 'PE-%'"
    signed = rows(office, "bi_reader", f"select * from marts.release_figure where {own} order by 1, 2, 3, 4, 5")
    assert len(signed) > 20
    assert rows(office, peru, "select * from marts.release_figure order by 1, 2, 3, 4, 5") == signed
    assert rows(office, peru, "select release from marts.release") == [(released,)]
    more = "update marts.kpi_headline set valid = valid {} 7 where kpi = 'green_jobs' and period = '2025-S2'"
    rows(office, "transformer", more.format("+"))
    try:
        scopes = "select scope_type, scope_code from marts.restatement"
        every, theirs = (set(rows(office, login, scopes)) for login in ("bi_reader", peru))
    finally:
        rows(office, "transformer", more.format("-"))
    assert theirs == {one for one in every if one == ("country", "PE") or one[1].startswith("PE-")}
    assert ("programme", "all") in every and ("country", "PE") in theirs


def test_a_flipped_digit_is_found_in_each_column(office: Settings, released: str) -> None:
    """By the administrator, who can; and what is put back as it was is as it was signed."""
    keys = {"release_figure": "release, scope_type, scope_code, kpi", "release": "release"}
    columns = rows(
        office,
        "administrator",
        """
        select table_name::text, column_name::text, data_type::text from information_schema.columns
        where table_schema = 'marts' and table_name in ('release', 'release_figure') and column_name <> 'release'
            and is_generated = 'NEVER'
        """,
    )
    named = {table: ", ".join(name for of, name, _ in columns if of == table) for table in keys}
    with psycopg.connect(database.plain(database.url(office)), autocommit=True) as connection:
        for table in keys:
            connection.execute(
                f"create temporary table kept_{table} as select release, {named[table]} from marts.{table}"
            )
        for table, name, type_ in columns:
            other = {
                "text": f"translate({name}, '0123456789aeiou', '1234567890eioua')",
                "numeric": f"{name} + 0.000001",
                "date": f"{name} + 1",
                "timestamp with time zone": f"{name} + interval '1 microsecond'",
            }[type_]
            key = keys[table]
            row = f"({key}) = (select {key} from marts.{table} where {name} <> {other} order by {key} limit 1)"
            changed = connection.execute(f"update marts.{table} set {name} = {other} where {row}").rowcount
            verdict = verify.verify_release(office, released)
            with connection.transaction():
                for each in keys:
                    connection.execute(f"delete from marts.{each}")
                for each in keys:
                    connection.execute(f"insert into marts.{each} (release, {named[each]}) select * from kept_{each}")
            assert changed == 1 and verdict.faults, (table, name)
    assert len(columns) == 14 + 9 and not verify.verify_release(office, released).faults


def test_nor_does_whoever_owns_the_tables(office: Settings, released: str) -> None:
    with psycopg.connect(database.plain(database.url(office))) as connection:  # rolled back at its end
        connection.execute("alter table marts.release_figure owner to transformer")
        connection.execute("set role transformer")
        for change in (*CHANGES[1:3], "truncate marts.release_figure"):
            with pytest.raises(psycopg.Error, match="a release is never changed"), connection.transaction():
                connection.execute(change)
        connection.rollback()


def test_a_release_is_what_the_marts_said(office: Settings, released: str) -> None:
    columns = "period, scope_type, scope_code, kpi, unit, claimed, valid, unique_value, evidenced"
    signed_now = rows(office, "bi_reader", f"select {columns} from marts.release_figure order by 2, 3, 4")
    assert signed_now == rows(
        office, "bi_reader", f"select {columns} from marts.kpi_headline where period = '{PERIOD}' order by 2, 3, 4"
    )
    assert rows(office, "bi_reader", "select release, proposed_by, approved_by, night_id, note from marts.release") == [
        (RELEASE, "ana", "luis", "programme", "Every report is in: 100 %.")
    ]
    verdict = verify.verify_release(office, released)
    assert not verdict.faults and len(verdict.looked_at) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update marts.release_figure set unique_value = 70 where scope_type = 'programme' and kpi = 'green_jobs'",
         "in the warehouse and not signed: 2025-S2\tprogramme\tall\tgreen_jobs\tpeople\t70"),
        ("update marts.release set approved_by = 'eva'", "the row is not what was signed"),
        ("update marts.release set signature = 'AAAA'", "the row is not what was signed"),
        ("delete from marts.release_figure where scope_code = 'PE'", "signed and not in the warehouse: 2025-S2\tcount"),
        ("delete from marts.release_figure; delete from marts.release", "has 2025-S2/1 no more"),
    ],
)  # fmt: skip
def test_what_the_administrator_changed_is_found(office: Settings, released: str, change: str, said: str) -> None:
    rows(office, "administrator", *change.split("; "))
    assert said in "\n".join(verify.verify_release(office, released).faults)


@pytest.fixture
def exported(office: Settings, released: str, tmp_path: Path) -> Path:
    """The release as a file."""
    file = tmp_path / "2025-S2_1.zip"
    verify.export(office, released, file)
    return file


@pytest.mark.parametrize("part", package.NAMES)
def test_one_byte_of_an_exported_release_is_found(office: Settings, exported: Path, part: str) -> None:
    assert not verify.verify_file(office, exported).faults
    parts = {name: zipfile.ZipFile(exported).read(name) for name in package.NAMES}
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + bytes([parts[part][middle] ^ 1]) + parts[part][middle + 1 :]
    with zipfile.ZipFile(exported, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    assert verify.verify_file(office, exported).faults


def test_another_installation_and_another_file(office: Settings, exported: Path, tmp_path: Path) -> None:
    elsewhere = Settings(state=tmp_path / "none", inbox="", registry=tmp_path)
    verdict = verify.verify_file(elsewhere, exported)  # without warehouse and key
    assert not verdict.faults and "this STATE has none to compare it with" in verdict.looked_at[-1]
    assert not elsewhere.state.exists()
    with pytest.raises(UsageError, match="is release 2025-S2/1, not 2025-S2/2"):
        verify.verify_file(office, exported, "2025-S2/2")
    with pytest.raises(UsageError, match="There is no release '2020-S1/1'; there are 2025-S2/1"):
        verify.verify_release(office, "2020-S1/1")
    exported.write_bytes(b"PK no zip")
    with pytest.raises(UsageError, match="is no exported release"):
        verify.verify_file(office, exported)


def _page(language: str) -> str:
    """The block of a language on the page for the monitoring officer."""
    page = (PROJECT_ROOT / "docs" / "record.md").read_text("utf-8").split("## Checking a release without")[1]
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)[0]


def test_a_stranger_checks_it_by_the_commands_of_the_page(office: Settings, exported: Path) -> None:
    if not (shutil.which("openssl") and shutil.which("unzip")):
        pytest.skip("openssl or unzip is not there")
    command = ["bash", "-euo", "pipefail", "-c", _page("sh")]
    done = subprocess.run(command, cwd=exported.parent, capture_output=True, text=True, check=True)
    assert "Signature Verified Successfully" in done.stdout
    assert "figures.tsv: OK" in done.stdout and "evidence.tsv: OK" in done.stdout
    assert f"key {done.stdout.split()[-1]}: this" in "\n".join(verify.verify_file(office, exported).looked_at)
    psql = postgres.Server(office).binaries / "psql"
    address = database.plain(database.url(office, "bi_reader"))
    made = subprocess.run([psql, address, "-c", _page("sql")], capture_output=True, check=True).stdout
    assert made == package.Package.read(exported).figures


def test_the_archive_brings_releases_back(office: Settings, released: str) -> None:
    before = _everything(office)
    proposals = "select period, night_id, note, status, release, proposed_by, decided_by from ops.closing"
    proposed = rows(office, "loader", proposals)
    rows(office, "loader", "delete from ops.closing")
    rows(office, "administrator", "delete from marts.release_figure", "delete from marts.release")
    assert keeping.bring_back(office).releases == [released]
    assert _everything(office) == before and not verify.verify_release(office, released).faults
    assert rows(office, "loader", proposals) == proposed
    assert keeping.bring_back(office) == keeping.BroughtBack()
    path = package.path_of(office.archive, released)
    path.write_bytes(path.read_bytes()[:-100])
    assert [fault.split(":")[0] for fault in keeping.faults(office.archive)] == [str(path)]


def test_what_is_to_be_restated(office: Settings, released: str, transformer: sa.Engine) -> None:
    assert rows(office, "bi_reader", "select * from marts.restatement") == []
    with transformer.connect() as connection:  # rolled back at its end
        connection.execute(
            sa.text("""
            update marts.kpi_headline set unique_value = unique_value + 2, evidenced = null
            where period = '2025-S2' and scope_type = 'programme' and kpi = 'green_jobs'
            """)
        )
        query = "select measure, difference, current = 0, release, not_recorded from marts.restatement order by 1"
        found = [tuple(row) for row in connection.execute(sa.text(query))]
    assert [(row[0], row[2], row[3]) for row in found] == [("evidenced", True, RELEASE), ("unique", False, RELEASE)]
    assert found[1][1] == found[1][4] == 2


def test_the_tables_are_described_as_dbt_says(office: Settings, tmp_path: Path) -> None:
    from include.stage5_transformation.dbt import parse

    for source in kept(parse(tmp_path), "releases"):
        told = rows(
            office,
            "administrator",
            f"""
            select attname::text, col_description(attrelid, attnum) from pg_attribute
            where attrelid = 'marts.{source.name}'::regclass and attnum > 0
            """,
        )
        said = {name: " ".join(column.description.split()) for name, column in source.columns.items()}
        assert dict(told) == said
