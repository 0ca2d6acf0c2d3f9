-- The figures that this publication changes, with what they gain (a figure that is empty or gone counts as 0); and the
-- cause "first" of those that were never published before. Temporary tables: publication (one row), gone_* and come_*.
create temporary table changed_figure on commit drop as
select
    period,
    scope_type,
    scope_code,
    kpi,
    coalesce(new.claimed, 0) - coalesce(old.claimed, 0) as claimed,
    coalesce(new.valid, 0) - coalesce(old.valid, 0) as valid,
    coalesce(new.unique_value, 0) - coalesce(old.unique_value, 0) as unique_value,
    coalesce(new.evidenced, 0) - coalesce(old.evidenced, 0) as evidenced,
    old.kpi is not null as was_there,
    new.kpi is not null as is_there,
    old.kpi is null and not exists (
        select from marts.kpi_headline_history as past
        where
            past.period = new.period and past.scope_type = new.scope_type and past.scope_code = new.scope_code
            and past.kpi = new.kpi and past.from_night <> (select night_id from publication)
    ) as is_first
from gone_kpi_headline as old
full join come_kpi_headline as new using (period, scope_type, scope_code, kpi);

delete from changed_figure
where not is_first and claimed = 0 and valid = 0 and unique_value = 0 and evidenced = 0;

insert into marts.figure_change as known
select
    figures.period, figures.scope_type, figures.scope_code, figures.kpi, publication.night_id, publication.as_of,
    'first', null, null, figures.claimed, figures.valid, figures.unique_value, figures.evidenced,
    coalesce(counted.row_count, 0)
from changed_figure as figures
cross join publication
left join (
    select counted.period, counted.kpi, scopes.scope_type, scopes.scope_code, count(*) as row_count
    from come_counted_row as counted
    cross join lateral ({scopes}) as scopes (scope_type, scope_code)
    group by counted.period, counted.kpi, scopes.scope_type, scopes.scope_code
) as counted using (period, kpi, scope_type, scope_code)
where figures.is_first
on conflict (night_id, period, scope_type, scope_code, kpi, cause, submission_id) do update set
    published_at = excluded.published_at,
    difference_claimed = known.difference_claimed + excluded.difference_claimed,
    difference_valid = known.difference_valid + excluded.difference_valid,
    difference_unique = known.difference_unique + excluded.difference_unique,
    difference_evidenced = known.difference_evidenced + excluded.difference_evidenced,
    "rows" = known."rows" + excluded."rows";
