-- name: cover
select
    s.submission_id, cast(null as int) as row_number, cast(null as text) as enterprise_ref, s.drop_folder,
    s.is_project_known, s.is_period_ended, sheet.is_judged as is_enterprises_judged,
    (
        select count(*) from raw.enterprises as e
        where e.submission_id = s.submission_id and not {is_total}
    ) as enterprise_rows,
    {columns}
from work.submission as s
inner join ops.sheet_reading as sheet on s.submission_id = sheet.submission_id and sheet.sheet = 'enterprises'
left join raw.cover as c on s.submission_id = c.submission_id;

-- name: judged_sheet
select
    s.*,
    sheet.sheet,
    coalesce(c.is_enterprises_judged and c.enterprise_rows > 0, false) as is_enterprises_usable
from work.submission as s
inner join ops.sheet_reading as sheet on s.submission_id = sheet.submission_id
inner join work.cover as c on s.submission_id = c.submission_id
where
    sheet.header_row is not null
    and s.is_project_known
    and s.period is not null
    and not exists (
        select 1 from work.finding as f
        where
            f.submission_id = s.submission_id
            and not f.waived
            and (f.rule in ({hide_rows}) or (f.rule in ({hide_sheet}) and f.sheet = sheet.sheet))
    );

-- name: listed_enterprise
-- By its own row, the first with its reference. From raw, so that no sheet has to wait for another's table.
select distinct on (r.submission_id, r.enterprise_ref)
    r.submission_id, r.enterprise_ref, r.country, r.size_class
from raw.enterprises as r
inner join work.judged_sheet as s on r.submission_id = s.submission_id and s.sheet = 'enterprises'
where
    s.is_enterprises_usable
    and r.enterprise_ref is not null
    and not {is_total}
order by r.submission_id, r.enterprise_ref, r.row_number;

-- name: rows
-- A sheet's rows as read, repeats and taken keys marked. Windows come before joins: rows are read in the order of
-- submissions, and sorted within each while that order lasts.
with

read as (

    select
        submission_id, row_number, {columns_read}, unread, received, s.project_start_date, s.period_starts_on,
        s.period_ends_on, s.is_enterprises_usable, {total_or_note} as is_total, case
            when unread <> '{}' then (
                select jsonb_object_agg(u.u, received -> u.u) from unnest(unread) as u (u)
            )
        end as unread_as_received
    from raw.{sheet}
    inner join work.judged_sheet as s using (submission_id)
    where s.sheet = '{sheet}'

),

repeats as (

    -- the hash has 64 bits, and is compared among the rows of one enterprise
    select
        read.*,
        not is_total
        and row_number() over (
            partition by
                submission_id, is_total, hash_record_extended(row({columns}, unread_as_received), 0), enterprise_ref
            order by row_number
        ) > 1 as is_repeat
    from read

),

comparable as (

    select
        repeats.*,
        not is_total
        and not is_repeat
        and num_nulls({required_keys}) = 0
        and not unread && array[{quoted_keys}] as has_key
    from repeats

)

select
    comparable.*,
    has_key
    and row_number() over (
        partition by submission_id, has_key, {keys}
        order by row_number
    ) > 1 as is_key_taken
from comparable;

-- name: of_detail
select
    keyed.*,
    listed.country as enterprise_country, listed.size_class as enterprise_size_class, case
        when keyed.is_enterprises_usable and keyed.enterprise_ref is not null
            then listed.enterprise_ref is not null
    end as is_enterprise_listed
from {rows} as keyed
left join work.listed_enterprise as listed
    on keyed.submission_id = listed.submission_id and keyed.enterprise_ref = listed.enterprise_ref;

-- name: of_enterprises
select
    keyed.*,
    territory.territory_code is not null or keyed.territory_code is null as is_territory_known,
    -- most are written as in the list: only the others are folded
    keyed.territory_name <> territory.name and {folded_name} <> {folded_known_name} as is_territory_name_other
from (
    select
        rows.*,
        not is_total
        and not is_repeat
        and coalesce(tax_id_is_valid, false)
        and (
            enterprise_ref is distinct from first_value(enterprise_ref) over (
                partition by
                    submission_id, country, tax_id, is_total or is_repeat or not coalesce(tax_id_is_valid, false)
                order by row_number
            )
        ) as is_tax_id_taken
    from {rows}
) as keyed
left join reference.territories as territory
    on keyed.country = territory.country and keyed.territory_code = territory.territory_code;

-- name: of_standards
select
    rows.*,
    standard.available_from as standard_available_from, standard.available_until as standard_available_until
from {rows}
left join reference.standards as standard on rows.standard = standard.standard;

-- name: index_of_window
-- Whether a window of the sales sheet lacks a price index; looked up once a distinct window, not once a row.
select
    country, first_day, last_day,
    (
        select count(*) from reference.cpi_annual as i
        where
            i.country = w.country
            and i.year between extract(year from first_day) and extract(year from last_day)
    ) < extract(year from last_day) - extract(year from first_day) + 1 as is_lacking
from (
    select distinct
        enterprise_country as country, {window}_start as first_day, {window}_end as last_day
    from known
    where {window}_start <= {window}_end
) as w;

-- name: rate_of_window
-- Whether it lacks an exchange rate, and the mean of those it has.
select
    currency, first_day, last_day,
    found.months < 12 * (extract(year from last_day) - extract(year from first_day))
    + extract(month from last_day) - extract(month from first_day) + 1 as is_lacking,
    found.units_per_eur
from (
    select distinct
        currency, {window}_start as first_day, {window}_end as last_day
    from known
    where {window}_start <= {window}_end
) as w
cross join lateral (
    select
        count(*) as months,
        avg(f.units_per_eur) as units_per_eur
    from reference.fx_monthly as f
    where
        f.currency = w.currency
        and f.month between to_char(first_day, 'YYYY-MM') and to_char(last_day, 'YYYY-MM')
) as found;

-- name: of_sales
with known as (select * from {rows})

select
    known.*,
    home.currency as country_currency,
    baseline_index.is_lacking or current_index.is_lacking as is_price_index_lacking,
    known.enterprise_country is not null and (baseline_rate.is_lacking or current_rate.is_lacking) as is_rate_lacking,
    case when not baseline_rate.is_lacking then baseline_rate.units_per_eur end as baseline_units_per_eur,
    case when not current_rate.is_lacking then current_rate.units_per_eur end as current_units_per_eur
from known
left join reference.countries as home on known.enterprise_country = home.country
left join ({index_of_baseline}) as baseline_index
    on
        known.enterprise_country = baseline_index.country
        and known.baseline_start = baseline_index.first_day
        and known.baseline_end = baseline_index.last_day
left join ({rate_of_baseline}) as baseline_rate
    on
        known.currency = baseline_rate.currency
        and known.baseline_start = baseline_rate.first_day
        and known.baseline_end = baseline_rate.last_day
left join ({index_of_current}) as current_index
    on
        known.enterprise_country = current_index.country
        and known.current_start = current_index.first_day
        and known.current_end = current_index.last_day
left join ({rate_of_current}) as current_rate
    on
        known.currency = current_rate.currency
        and known.current_start = current_rate.first_day
        and known.current_end = current_rate.last_day;
