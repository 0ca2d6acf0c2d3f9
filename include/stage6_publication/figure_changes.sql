-- The causes of figures that were published before: what covers declare besides the rows, and the sum of both.

-- name: claims
-- What the covers of a project declare, before and now, where the scope was published and is. A claim is told by the
-- delivery that brought it, took its place or left. Where the scope itself came or went, a claim that stands came or
-- went with it, and has the first cause of the rows and reports that did.
create temporary table scope_cause on commit drop as
select distinct on (moved.period, moved.scope_type, moved.scope_code)
    moved.period, moved.scope_type, moved.scope_code, moved.cause, moved.doer
from (
    select rows_of.period, scopes.scope_type, scopes.scope_code, rows_of.cause, rows_of.doer
    from caused_row as rows_of
    cross join lateral ({row_scopes}) as scopes (scope_type, scope_code)
    where rows_of.is_alone and exists (select from moved_scope)
    union all
    select rows_of.period, pairs.scope_type, pairs.scope_code, rows_of.cause, rows_of.doer
    from pair_amount as pairs
    inner join caused_row as rows_of using (id)
    union all
    select reports.period, scopes.scope_type, scopes.scope_code, rows_of.cause, rows_of.doer
    from report_row as reports
    inner join caused_row as rows_of using (period, submission_id, row_number, project_code)
    cross join lateral ({report_scopes}) as scopes (scope_type, scope_code)
    inner join moved_scope as places using (period, scope_type, scope_code)
    where rows_of.kpi = '' and reports.is_now = places.is_there
) as moved
inner join moved_scope using (period, scope_type, scope_code)
inner join cause_order using (cause)
order by moved.period, moved.scope_type, moved.scope_code, cause_order.turn, moved.doer;

create temporary table changed_claim on commit drop as
with

versions as (

    select true as is_now, project_code, period, value as submission_id from fact where kind = 'version'
    union all
    select false, project_code, period, coalesce(changed.old_value, facts.value)
    from (select * from fact where kind = 'version') as facts
    full join (select * from changed_fact where kind = 'version') as changed using (project_code, period)
    where changed.project_code is null or changed.old_value is not null

),

in_use as (

    select distinct on (versions.is_now, periods.period, versions.project_code)
        versions.is_now, periods.period, versions.project_code, versions.submission_id, places.pillar, places.country
    from versions
    inner join (select distinct period from changed_figure where claimed <> 0 and not is_first) as periods
        on versions.period <= periods.period
    left join project_place as places using (is_now, project_code)
    order by versions.is_now, periods.period, versions.project_code, versions.period desc

),

in_force as (

    select
        period, project_code,
        max(submission_id) filter (where not is_now) as old_id,
        max(submission_id) filter (where is_now) as new_id,
        count(distinct concat_ws(' ', pillar, country)) = 1 as is_in_its_place
    from in_use group by period, project_code

),

claims as (

    select
        figures.period, figures.scope_type, figures.scope_code, figures.kpi, in_use.project_code,
        sum(case when in_use.is_now then kpis.declared else -kpis.declared end) as claimed
    from in_use
    inner join raw.cover as covers on in_use.submission_id = covers.submission_id
    cross join lateral ({declared}) as kpis (kpi, declared)
    cross join lateral ({cover_scopes}) as scopes (scope_type, scope_code)
    inner join changed_figure as figures
        on
            in_use.period = figures.period and kpis.kpi = figures.kpi and scopes.scope_type = figures.scope_type
            and scopes.scope_code = figures.scope_code
    where
        kpis.declared is not null and not figures.is_first
        and case when in_use.is_now then figures.is_there else figures.was_there end
    group by figures.period, figures.scope_type, figures.scope_code, figures.kpi, in_use.project_code

),

of_delivery as (

    select distinct on (in_force.period, in_force.project_code)
        in_force.period, in_force.project_code, deliveries.cause,
        case when deliveries.has_come then in_force.new_id else in_force.old_id end as doer
    from in_force
    inner join changed_delivery as deliveries
        on
            (in_force.new_id = deliveries.submission_id and deliveries.has_come)
            or (in_force.old_id = deliveries.submission_id and not deliveries.has_come)
    inner join cause_order using (cause)
    where in_force.old_id is distinct from in_force.new_id
    order by in_force.period, in_force.project_code, cause_order.turn, deliveries.has_come desc

)

select
    claims.period, claims.scope_type, claims.scope_code, claims.kpi, claims.claimed,
    case
        when not publication.knows_facts then 'software'
        when of_delivery.cause is not null then of_delivery.cause
        when not in_force.is_in_its_place then 'registry'
        else coalesce(scope_cause.cause, case when publication.code_has_changed then 'software' else 'elsewhere' end)
    end as cause,
    case
        when of_delivery.cause is not null then of_delivery.doer
        when in_force.is_in_its_place and scope_cause.doer is not null then scope_cause.doer
        else coalesce(in_force.old_id, in_force.new_id)
    end as doer
from claims
cross join publication
inner join in_force using (period, project_code)
left join of_delivery using (period, project_code)
left join scope_cause using (period, scope_type, scope_code)
where claims.claimed <> 0;

-- name: figures
-- Added up by figure, cause and delivery. What rounding leaves goes to the cause that did most.
insert into marts.figure_change as known
with

alone as (

    select
        rows_of.period, rows_of.kpi, rows_of.project_code, rows_of.country, rows_of.pillar, rows_of.value_chain,
        rows_of.counts_in_programme, rows_of.counts_in_country, rows_of.counts_in_pillar,
        rows_of.counts_in_value_chain, rows_of.is_evidenced, rows_of.cause, rows_of.doer,
        sum(rows_of.contribution) as contribution,
        count(*) as row_count
    from caused_row as rows_of
    where rows_of.is_alone
    group by
        rows_of.period, rows_of.kpi, rows_of.project_code, rows_of.country, rows_of.pillar, rows_of.value_chain,
        rows_of.counts_in_programme, rows_of.counts_in_country, rows_of.counts_in_pillar,
        rows_of.counts_in_value_chain, rows_of.is_evidenced, rows_of.cause, rows_of.doer

),

part as (

    select
        alone.period, scopes.scope_type, scopes.scope_code, alone.kpi, alone.cause, alone.doer, 0 as claimed,
        sum(alone.contribution) as valid,
        sum(case when scopes.counts then alone.contribution else 0 end) as unique_value,
        sum(case when scopes.counts and alone.is_evidenced then alone.contribution else 0 end) as evidenced,
        sum(alone.row_count) as row_count
    from alone
    cross join lateral ({scopes}) as scopes (scope_type, scope_code, counts)
    where scopes.scope_code is not null
    group by alone.period, scopes.scope_type, scopes.scope_code, alone.kpi, alone.cause, alone.doer

    union all

    select
        rows_of.period, pairs.scope_type, pairs.scope_code, rows_of.kpi, rows_of.cause, rows_of.doer, 0,
        sum(pairs.valid), sum(pairs.unique_value), sum(pairs.evidenced), count(*)
    from pair_amount as pairs
    inner join caused_row as rows_of using (id)
    group by rows_of.period, pairs.scope_type, pairs.scope_code, rows_of.kpi, rows_of.cause, rows_of.doer

    union all

    select period, scope_type, scope_code, kpi, cause, doer, sum(claimed), 0, 0, 0, 0
    from changed_claim
    group by period, scope_type, scope_code, kpi, cause, doer

),

cause as (

    select
        period, scope_type, scope_code, kpi, cause, doer, sum(claimed) as claimed, sum(valid) as valid,
        sum(unique_value) as unique_value, sum(evidenced) as evidenced, sum(row_count) as row_count
    from part
    group by period, scope_type, scope_code, kpi, cause, doer

),

complete as (

    select
        period, scope_type, scope_code, kpi,
        coalesce(cause.cause, case when publication.code_has_changed then 'software' else 'elsewhere' end) as cause,
        cause.doer,
        coalesce(cause.claimed, 0) as claimed,
        coalesce(cause.valid, 0) as valid,
        coalesce(cause.unique_value, 0) as unique_value,
        coalesce(cause.evidenced, 0) as evidenced,
        coalesce(cause.row_count, 0) as row_count,
        figures.claimed - sum(coalesce(cause.claimed, 0)) over figure as rest_of_claimed,
        figures.valid - sum(coalesce(cause.valid, 0)) over figure as rest_of_valid,
        figures.unique_value - sum(coalesce(cause.unique_value, 0)) over figure as rest_of_unique,
        figures.evidenced - sum(coalesce(cause.evidenced, 0)) over figure as rest_of_evidenced,
        row_number() over (
            partition by period, scope_type, scope_code, kpi
            order by
                abs(coalesce(cause.unique_value, 0)) + abs(coalesce(cause.valid, 0)) desc,
                abs(coalesce(cause.claimed, 0)) desc, cause.cause, cause.doer
        ) = 1 as does_most
    from changed_figure as figures
    cross join publication
    left join cause using (period, scope_type, scope_code, kpi)
    where not figures.is_first
    window figure as (partition by period, scope_type, scope_code, kpi)

),

exact as (

    select
        period, scope_type, scope_code, kpi, cause, doer, row_count,
        trim_scale(claimed + case when does_most then rest_of_claimed else 0 end) as claimed,
        trim_scale(valid + case when does_most then rest_of_valid else 0 end) as valid,
        trim_scale(unique_value + case when does_most then rest_of_unique else 0 end) as unique_value,
        trim_scale(evidenced + case when does_most then rest_of_evidenced else 0 end) as evidenced
    from complete

)

select
    exact.period, exact.scope_type, exact.scope_code, exact.kpi, publication.night_id, publication.as_of, exact.cause,
    exact.doer, deliveries.project_code, exact.claimed, exact.valid, exact.unique_value, exact.evidenced,
    exact.row_count
from exact
cross join publication
left join ops.submission as deliveries on exact.doer = deliveries.submission_id
where exact.claimed <> 0 or exact.valid <> 0 or exact.unique_value <> 0 or exact.evidenced <> 0
on conflict (night_id, period, scope_type, scope_code, kpi, cause, submission_id) do update set
    published_at = excluded.published_at,
    difference_claimed = known.difference_claimed + excluded.difference_claimed,
    difference_valid = known.difference_valid + excluded.difference_valid,
    difference_unique = known.difference_unique + excluded.difference_unique,
    difference_evidenced = known.difference_evidenced + excluded.difference_evidenced,
    "rows" = known."rows" + excluded."rows";
