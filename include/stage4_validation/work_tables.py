"""The night's rows with everything a rule has to know of them, one unlogged table a sheet in ``work``.

What takes a look at other rows (repeats, keys, known enterprises) or at reference figures is worked out here, once;
the rules of ``expectations/`` are then plain conditions on one row.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.platform.tables import raw

#: What stands where a data row has its enterprise_ref, without a trailing colon or full stop (R05), as codes are read.
TOTAL_WORDS = (
    "TOTAL",
    "TOTALES",
    "TOTAL GENERAL",
    "SUMA",
    "SUM",
    "SOMA",
    "NOTA",
    "NOTE",
    "FIRMA",
    "ASSINATURA",
)


def is_total(sheet: Sheet) -> str:
    """SQL: the row is a total, a note or a signature (R05)."""
    words = ", ".join(f"'{word}'" for word in TOTAL_WORDS)
    others = [c.key for c in sheet.columns if c.type in ("code", "date") and c.key != "enterprise_ref"]
    blank = f"num_nonnulls({', '.join(others)}) = 0 and not unread && array['enterprise_ref', {_quoted(others)}]"
    return f"(coalesce(rtrim(enterprise_ref, ':. ') in ({words}), true) and {blank})"


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


def make_row_tables(connection: sa.Connection) -> None:
    """``work.<sheet>`` for every sheet of rows that can be judged.

    Left out are submissions with an unwaived F03, F04 or F05 and sheets with an unwaived F06 or F07. The
    enterprises come first because the other sheets look them up.
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
    for sheet in load_contract().row_sheets:
        context, joins = _CONTEXT[sheet.key]
        _create(connection, sheet.key, _rows_with_context(sheet, context, joins))


def _rows_with_context(sheet: Sheet, context: str, joins: str) -> str:
    """SELECT of a sheet's rows: as read, repeats and taken keys marked, and the sheet's own context beside them."""
    columns = ", ".join(column.key for column in sheet.columns)
    required_keys = [key for key in sheet.key_columns if sheet.by_key[key].required]
    return f"""
    with rows as (
        select
            r.*,
            s.project_start_date,
            s.period_starts_on,
            s.period_ends_on,
            s.is_enterprises_usable,
            {is_total(sheet)} as is_total,
            case when unread <> '{{}}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
                as unread_as_received
        from raw.{sheet.key} as r
        inner join work.judged_sheet as s on s.submission_id = r.submission_id and s.sheet = '{sheet.key}'
    ),
    repeats as (
        select
            rows.*,
            not is_total and row_number() over (
                partition by submission_id, is_total, md5(row({columns}, unread_as_received)::text) order by row_number
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
            has_key and row_number() over (
                partition by submission_id, has_key, {", ".join(sheet.key_columns)} order by row_number
            ) > 1 as is_key_taken
        from comparable
    )
    select keyed.*, {context}
    from keyed
    {joins}
    """


def _create(connection: sa.Connection, name: str, select: str) -> None:
    connection.execute(sa.text(f"drop table if exists work.{name} cascade"))
    # text() would take "::" for nothing but a ":name" for a parameter; there are none here
    connection.execute(sa.text(f"create unlogged table work.{name} as {select}"))
    # Tables are joined by these alone; figures on forty other columns cost as much as the table itself.
    connection.execute(
        sa.text(f"analyze work.{name} (submission_id{_JOINED_BY.get(name, ', row_number, enterprise_ref')})")
    )


_JOINED_BY = {"judged_sheet": ", sheet"}


def _quoted(columns: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{column}'" for column in columns)


def _folded(expression: str) -> str:
    """SQL: text compared without case and accents."""
    return rf"lower(regexp_replace(normalize({expression}, nfd), '[\u0300-\u036f]', '', 'g'))"


_LISTED = """
    case
        when keyed.is_enterprises_usable and keyed.enterprise_ref is not null then listed.enterprise_ref is not null
    end as is_enterprise_listed
"""
_LISTED_JOIN = """
    left join (
        select distinct submission_id, enterprise_ref from work.enterprises where not is_total
    ) as listed on listed.submission_id = keyed.submission_id and listed.enterprise_ref = keyed.enterprise_ref
"""

#: The country of the enterprise's own row: the first with its reference.
_COUNTRY_JOIN = """
    left join work.enterprises as own
        on
            keyed.is_enterprises_usable
            and own.submission_id = keyed.submission_id
            and own.enterprise_ref = keyed.enterprise_ref
            and not own.is_total
            and not own.is_repeat
            and not own.is_key_taken
    left join reference.countries as home on home.country = own.country
"""


def _lacking(window: str) -> str:
    """Joins that say what a window of the sales sheet lacks; looked up once a distinct window, not once a row."""
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
            select distinct o.country, k.{window}_start as window_start, k.{window}_end as window_end
            from raw.sales as k
            inner join work.judged_sheet as s on s.submission_id = k.submission_id and s.sheet = 'sales'
            inner join work.enterprises as o
                on o.submission_id = k.submission_id and o.enterprise_ref = k.enterprise_ref
            where k.{window}_start <= k.{window}_end
        ) as w
    ) as {window}_index
        on {window}_index.country = own.country
        and {window}_index.window_start = keyed.{window}_start
        and {window}_index.window_end = keyed.{window}_end
    left join (
        select
            currency, window_start, window_end,
            (
                select count(*) from reference.fx_monthly as f
                where f.currency = w.currency
                    and f.month between to_char(window_start, 'YYYY-MM') and to_char(window_end, 'YYYY-MM')
            ) < 12 * (extract(year from window_end) - extract(year from window_start))
                + extract(month from window_end) - extract(month from window_start) + 1 as is_lacking
        from (
            select distinct k.currency, k.{window}_start as window_start, k.{window}_end as window_end
            from raw.sales as k
            inner join work.judged_sheet as s on s.submission_id = k.submission_id and s.sheet = 'sales'
            where k.{window}_start <= k.{window}_end
        ) as w
    ) as {window}_rate
        on {window}_rate.currency = keyed.currency
        and {window}_rate.window_start = keyed.{window}_start
        and {window}_rate.window_end = keyed.{window}_end
    """


#: Sheet -> (columns beside those of every sheet, joins they need).
_CONTEXT: dict[str, tuple[str, str]] = {
    "enterprises": (
        f"""
        not is_total
        and not is_repeat
        and coalesce(tax_id_is_valid, false)
        and first_value(enterprise_ref) over (
            partition by
                submission_id, keyed.country, tax_id, is_total or is_repeat or not coalesce(tax_id_is_valid, false)
            order by row_number
        ) is distinct from enterprise_ref as is_tax_id_taken,
        territory.territory_code is not null or keyed.territory_code is null as is_territory_known,
        keyed.territory_name <> territory.name  -- most are written as in the list: only the others are folded
        and {_folded("keyed.territory_name")} <> {_folded("territory.name")} as is_territory_name_other
        """,
        """
        left join reference.territories as territory
            on territory.country = keyed.country and territory.territory_code = keyed.territory_code
        """,
    ),
    "training": (_LISTED, _LISTED_JOIN),
    "practices": (_LISTED, _LISTED_JOIN),
    "jobs": (_LISTED, _LISTED_JOIN),
    "standards": (
        f"""
        {_LISTED},
        known.available_from as standard_available_from,
        known.available_until as standard_available_until
        """,
        f"{_LISTED_JOIN} left join reference.standards as known on known.standard = keyed.standard",
    ),
    "sales": (
        f"""
        {_LISTED},
        own.country as enterprise_country,
        home.currency as country_currency,
        baseline_index.is_lacking or current_index.is_lacking as is_price_index_lacking,
        own.country is not null and (baseline_rate.is_lacking or current_rate.is_lacking) as is_rate_lacking
        """,
        _LISTED_JOIN + _COUNTRY_JOIN + _lacking("baseline") + _lacking("current"),
    ),
}
