"""The night's rows with everything a rule has to know of them, one unlogged table a sheet in ``work``.

What takes a look at other rows (repeats, keys, known enterprises) or at reference figures is worked out here, once;
the rules of ``expectations/`` are then plain conditions on one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.platform.tables import raw

#: What stands where a data row has its enterprise_ref (R05), alone or before more text, as codes are read.
TOTAL_WORDS = (
    "TOTAL",
    "TOTALES",
    "TOTAL GENERAL",
    "SUBTOTAL",
    "SUBTOTALES",
    "SUMA",
    "SUM",
    "SOMA",
    "NOTA",
    "NOTE",
    "FUENTE",
    "FONTE",
    "SOURCE",
    "FIRMA",
    "ASSINATURA",
    "ELABORADO POR",
    "REVISADO POR",
    "APROBADO POR",
    "APROVADO POR",
    "PREPARED BY",
)


def is_total(sheet: Sheet) -> str:
    """SQL: the row is a total, a note or a signature (R05). A descriptive cell that cannot be read counts as empty."""
    others = [c for c in sheet.columns if c.type in ("code", "date") and c.key != "enterprise_ref"]
    telling = ["enterprise_ref", *(column.key for column in others if not column.is_descriptive)]
    words = f"coalesce(enterprise_ref ~ '^({'|'.join(TOTAL_WORDS)})([ :]|[.: ]*$)', true)"
    blank = f"num_nonnulls({', '.join(c.key for c in others)}) = 0 and not unread && array[{_quoted(telling)}]"
    return f"({blank} and {words})"


def make_cover_table(connection: sa.Connection) -> None:
    """``work.cover``: one row a submission whose file could be read, with what its enterprises sheet amounts to."""
    columns = ", ".join(f"c.{column.name}" for column in raw["cover"].columns if column.name != "submission_id")
    _create(
        connection,
        "cover",
        f"""
        select
            s.submission_id,
            null::int as row_number,
            null::text as enterprise_ref,
            s.drop_folder,
            s.is_project_known,
            s.is_period_ended,
            sheet.is_judged as is_enterprises_judged,
            (
                select count(*) from raw.enterprises as e
                where e.submission_id = s.submission_id and not {is_total(load_contract().sheets["enterprises"])}
            ) as enterprise_rows,
            {columns}
        from work.submission as s
        inner join ops.sheet_reading as sheet on sheet.submission_id = s.submission_id and sheet.sheet = 'enterprises'
        left join raw.cover as c on c.submission_id = s.submission_id
        """,
    )


def make_judged_sheets(connection: sa.Connection) -> None:
    """``work.judged_sheet``, the sheets of rows that can be judged, and the enterprises that other sheets look up.

    Left out are submissions with an unwaived F03, F04 or F05 and sheets with an unwaived F06 or F07.
    """
    _create(
        connection,
        "judged_sheet",
        """
        select
            s.*,
            sheet.sheet,
            coalesce(c.is_enterprises_judged and c.enterprise_rows > 0, false) as is_enterprises_usable
        from work.submission as s
        inner join ops.sheet_reading as sheet on sheet.submission_id = s.submission_id
        inner join work.cover as c on c.submission_id = s.submission_id
        where
            sheet.header_row is not null
            and s.is_project_known
            and s.period is not null
            and not exists (
                select 1 from work.finding as f
                where
                    f.submission_id = s.submission_id
                    and not f.waived
                    and (f.rule in ('F03', 'F04', 'F05') or (f.rule in ('F06', 'F07') and f.sheet = sheet.sheet))
            )
        """,
    )
    # By its own row, the first with its reference. From ``raw``, so that no sheet has to wait for another's table.
    _create(
        connection,
        "listed_enterprise",
        f"""
        select distinct on (r.submission_id, r.enterprise_ref)
            r.submission_id, r.enterprise_ref, r.country, r.size_class
        from raw.enterprises as r
        inner join work.judged_sheet as s on s.submission_id = r.submission_id and s.sheet = 'enterprises'
        where
            s.is_enterprises_usable
            and r.enterprise_ref is not null
            and not {is_total(load_contract().sheets["enterprises"])}
        order by r.submission_id, r.enterprise_ref, r.row_number
        """,
    )


def make_row_table(connection: sa.Connection, sheet: Sheet) -> None:
    """``work.<sheet>``: the sheet's rows in ``work.judged_sheet``. Reads no other sheet's table."""
    _create(connection, sheet.key, _rows_with_context(sheet))


def _rows_with_context(sheet: Sheet) -> str:
    """SELECT of a sheet's rows: as read, repeats and taken keys marked, and the sheet's own context beside them.

    Windows come before joins: rows are read in the order of submissions, and sorted within each while that order lasts.
    """
    own = _CONTEXT.get(sheet.key, _Context())
    columns = ", ".join(column.key for column in sheet.columns)
    required_keys = [key for key in sheet.key_columns if sheet.by_key[key].required]
    return f"""
    with rows as (
        select
            submission_id,
            row_number,
            {columns},
            unread,
            received,
            {own.derived}
            s.project_start_date,
            s.period_starts_on,
            s.period_ends_on,
            s.is_enterprises_usable,
            {is_total(sheet)} as is_total,
            case when unread <> '{{}}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
                as unread_as_received
        from raw.{sheet.key} as r
        inner join work.judged_sheet as s using (submission_id)
        where s.sheet = '{sheet.key}'
    ),
    repeats as (  -- the hash has 64 bits, and is compared among the rows of one enterprise
        select
            rows.*,
            not is_total and row_number() over (
                partition by
                    submission_id, is_total, hash_record_extended(row({columns}, unread_as_received), 0), enterprise_ref
                order by row_number
            ) > 1 as is_repeat
        from rows
    ),
    comparable as (
        select
            repeats.*,
            not is_total
            and not is_repeat
            and num_nulls({", ".join(required_keys)}) = 0
            and not unread && array[{_quoted(sheet.key_columns)}] as has_key
        from repeats
    ),
    keyed as (
        select
            comparable.*,
            {own.windows}
            has_key and row_number() over (
                partition by submission_id, has_key, {", ".join(sheet.key_columns)} order by row_number
            ) > 1 as is_key_taken
        from comparable
    ),
    known as (
        {_LISTED if sheet.kind == "detail" else "select * from keyed"}
    )
    select known.* {own.columns}
    from known
    {own.joins}
    """


def _create(connection: sa.Connection, name: str, select: str) -> None:
    connection.execute(sa.text(f"drop table if exists work.{name} cascade"))
    # text() would take "::" for nothing but a ":name" for a parameter; there are none here
    connection.execute(sa.text(f"create unlogged table work.{name} as {select}"))
    # Tables are joined by these alone; figures on forty other columns cost as much as the table itself.
    connection.execute(sa.text(f"analyze work.{name} (submission_id{_JOINED_BY.get(name, ', row_number')})"))


_JOINED_BY = {"judged_sheet": ", sheet", "listed_enterprise": ", enterprise_ref"}


def _quoted(columns: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{column}'" for column in columns)


def _folded(expression: str) -> str:
    """SQL: text compared without case and accents."""
    return rf"lower(regexp_replace(normalize({expression}, nfd), '[\u0300-\u036f]', '', 'g'))"


_LISTED = """
    select
        keyed.*,
        listed.country as enterprise_country,
        listed.size_class as enterprise_size_class,
        case
            when keyed.is_enterprises_usable and keyed.enterprise_ref is not null
                then listed.enterprise_ref is not null
        end as is_enterprise_listed
    from keyed
    left join work.listed_enterprise as listed
        on listed.submission_id = keyed.submission_id and listed.enterprise_ref = keyed.enterprise_ref
"""


def _lacking(window: str) -> str:
    """Joins that say what a window of the sales sheet lacks, and its rate; looked up once a distinct window, not once a
    row."""
    return f"""
    left join (
        select
            country, window_start, window_end,
            (
                select count(*) from reference.cpi_annual as i
                where i.country = w.country
                    and i.year between extract(year from window_start) and extract(year from window_end)
            ) < extract(year from window_end) - extract(year from window_start) + 1 as is_lacking
        from (
            select distinct enterprise_country as country, {window}_start as window_start, {window}_end as window_end
            from known
            where {window}_start <= {window}_end
        ) as w
    ) as {window}_index
        on {window}_index.country = known.enterprise_country
        and {window}_index.window_start = known.{window}_start
        and {window}_index.window_end = known.{window}_end
    left join (
        select
            currency, window_start, window_end,
            found.months < 12 * (extract(year from window_end) - extract(year from window_start))
                + extract(month from window_end) - extract(month from window_start) + 1 as is_lacking,
            found.units_per_eur
        from (
            select distinct currency, {window}_start as window_start, {window}_end as window_end
            from known
            where {window}_start <= {window}_end
        ) as w
        cross join lateral (
            select count(*) as months, avg(f.units_per_eur) as units_per_eur
            from reference.fx_monthly as f
            where f.currency = w.currency
                and f.month between to_char(window_start, 'YYYY-MM') and to_char(window_end, 'YYYY-MM')
        ) as found
    ) as {window}_rate
        on {window}_rate.currency = known.currency
        and {window}_rate.window_start = known.{window}_start
        and {window}_rate.window_end = known.{window}_end
    """


@dataclass(frozen=True)
class _Context:
    """SQL by which a sheet's rows differ from those of other sheets."""

    #: columns that reading derived
    derived: str = ""
    #: what a row has to do with others of its sheet
    windows: str = ""
    #: columns from elsewhere, and the joins they need
    columns: str = ""
    joins: str = ""


#: Sheet -> its own; a sheet without an entry is judged by its rows alone.
_CONTEXT: dict[str, _Context] = {
    "enterprises": _Context(
        derived="tax_id_is_valid,",
        windows="""
        not is_total
        and not is_repeat
        and coalesce(tax_id_is_valid, false)
        and first_value(enterprise_ref) over (
            partition by submission_id, country, tax_id, is_total or is_repeat or not coalesce(tax_id_is_valid, false)
            order by row_number
        ) is distinct from enterprise_ref as is_tax_id_taken,
        """,
        columns=f""",
        territory.territory_code is not null or known.territory_code is null as is_territory_known,
        known.territory_name <> territory.name  -- most are written as in the list: only the others are folded
        and {_folded("known.territory_name")} <> {_folded("territory.name")} as is_territory_name_other
        """,
        joins="""
        left join reference.territories as territory
            on territory.country = known.country and territory.territory_code = known.territory_code
        """,
    ),
    "standards": _Context(
        columns=""",
        standard.available_from as standard_available_from,
        standard.available_until as standard_available_until
        """,
        joins="left join reference.standards as standard on standard.standard = known.standard",
    ),
    "sales": _Context(
        columns=""",
        home.currency as country_currency,
        baseline_index.is_lacking or current_index.is_lacking as is_price_index_lacking,
        known.enterprise_country is not null and (baseline_rate.is_lacking or current_rate.is_lacking)
            as is_rate_lacking,
        case when not baseline_rate.is_lacking then baseline_rate.units_per_eur end as baseline_units_per_eur,
        case when not current_rate.is_lacking then current_rate.units_per_eur end as current_units_per_eur
        """,
        joins="left join reference.countries as home on home.country = known.enterprise_country"
        + _lacking("baseline")
        + _lacking("current"),
    ),
}
