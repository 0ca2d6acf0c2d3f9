-- Which rows add another amount than before, and which of the facts they rest on have changed. Temporary tables of the
-- callers': publication, gone_* and come_*, changed_figure, fact, changed_fact.

-- name: rows
-- A row that only came, or only went, adds its contribution to all its scopes, or takes it away. What others add is the
-- difference of what they say now and before.
create temporary table changed_row on commit drop as
select
    cast(row_number() over () as integer) as id,
    coalesce(new.period, old.period) as period,
    coalesce(new.kpi, old.kpi) as kpi,
    coalesce(new.submission_id, old.submission_id) as submission_id,
    coalesce(new.row_number, old.row_number) as row_number,
    coalesce(old.sheet, new.sheet) as sheet,
    coalesce(new.project_code, old.project_code) as project_code,
    old.enterprise_key as old_key,
    new.enterprise_key as new_key,
    old.period is null or new.period is null as is_alone,
    coalesce(new.contribution, -old.contribution) as contribution,
    coalesce(new.evidence_grade, old.evidence_grade) in ('A', 'B') as is_evidenced,
    coalesce(new.country, old.country) as country,
    coalesce(new.pillar, old.pillar) as pillar,
    coalesce(new.value_chain, old.value_chain) as value_chain,
    coalesce(new.counts_in_programme, old.counts_in_programme) as counts_in_programme,
    coalesce(new.counts_in_country, old.counts_in_country) as counts_in_country,
    coalesce(new.counts_in_pillar, old.counts_in_pillar) as counts_in_pillar,
    coalesce(new.counts_in_value_chain, old.counts_in_value_chain) as counts_in_value_chain
from gone_counted_row as old
full join come_counted_row as new
    on
        old.period = new.period and old.kpi = new.kpi and old.submission_id = new.submission_id
        and old.row_number = new.row_number and old.project_code = new.project_code
where (old.period is not null and new.period is not null) or coalesce(new.contribution, old.contribution) <> 0;

analyze changed_row;

create temporary table pair_amount on commit drop as
with

pair as (select id, period, kpi, submission_id, row_number, project_code from changed_row where not is_alone),

moved as (

    select pair.id, -1 as sign, gone.*
    from pair inner join gone_counted_row as gone using (period, kpi, submission_id, row_number, project_code)
    union all
    select pair.id, 1, come.*
    from pair inner join come_counted_row as come using (period, kpi, submission_id, row_number, project_code)

),

scoped as (

    select
        moved.id, scopes.scope_type, scopes.scope_code,
        moved.sign * moved.contribution as valid,
        case when scopes.counts then moved.sign * moved.contribution else 0 end as unique_value,
        case when scopes.counts and moved.evidence_grade in ('A', 'B') then moved.sign * moved.contribution else 0 end
            as evidenced
    from moved
    cross join lateral ({scopes}) as scopes (scope_type, scope_code, counts)
    where scopes.scope_code is not null

)

select
    id, scope_type, scope_code, sum(valid) as valid, sum(unique_value) as unique_value, sum(evidenced) as evidenced
from scoped
group by id, scope_type, scope_code
having sum(valid) <> 0 or sum(unique_value) <> 0 or sum(evidenced) <> 0;

delete from changed_row
where not is_alone and id not in (select id from pair_amount);

-- name: changes
-- What of the facts has changed.
-- The causes in their order; of several that hold of a row the first is its own.
create temporary table cause_order (cause text, turn integer) on commit drop;
insert into cause_order values
('new_report', 1), ('correction', 2), ('waiver', 3), ('rule', 4), ('rate', 5), ('identity', 6), ('registry', 7),
('elsewhere', 8), ('software', 9);

-- Deliveries that became current, or ceased to be, and which delivery did it.
create temporary table changed_delivery on commit drop as
select
    project_code, new_value as submission_id, true as has_come, new_value as doer,
    case when old_value is null then 'new_report' else 'correction' end as cause
from changed_fact where kind = 'version' and new_value is not null
union all
select project_code, old_value, false, coalesce(new_value, old_value), 'correction'
from changed_fact where kind = 'version' and old_value is not null;

-- References that stand for another enterprise, or whose report is taken from another delivery; '' where there is none.
create temporary table moved_report on commit drop as
select
    project_code,
    period,
    subject as enterprise_ref,
    split_part(coalesce(old_value, ''), '|', 1) as old_key,
    split_part(coalesce(new_value, ''), '|', 1) as new_key,
    split_part(coalesce(old_value, ''), '|', 2) as old_report,
    split_part(coalesce(new_value, ''), '|', 2) as new_report
from changed_fact
where kind = 'identity';

-- A scope that comes or goes does so with its reports: the enterprise's row stands for each, under no indicator.
create temporary table moved_scope on commit drop as
select distinct period, scope_type, scope_code, was_there, is_there from changed_figure
where not is_first and was_there <> is_there;

create temporary table project_place on commit drop as
select true as is_now, project_code, split_part(value, ' ', 1) as pillar, split_part(value, ' ', 2) as country
from fact where kind = 'registry'
union all
select
    false, project_code, split_part(coalesce(changed.old_value, facts.value), ' ', 1),
    split_part(coalesce(changed.old_value, facts.value), ' ', 2)
from (select * from fact where kind = 'registry') as facts
full join (select * from changed_fact where kind = 'registry') as changed using (project_code)
where changed.project_code is null or changed.old_value is not null;

create temporary table report_row on commit drop as
select distinct on (reports.period, reports.project_code, reports.enterprise_ref, sides.is_now)
    reports.period, reports.project_code, reports.enterprise_ref, sides.is_now, sides.enterprise_key,
    rows_of.submission_id, rows_of.row_number, rows_of.country, places.pillar
from moved_report as reports
cross join
    lateral (
        values
        (false, reports.old_key, reports.old_report),
        (true, reports.new_key, reports.new_report)
    ) as sides (is_now, enterprise_key, submission_id)
inner join raw.enterprises as rows_of
    on sides.submission_id = rows_of.submission_id and reports.enterprise_ref = rows_of.enterprise_ref
left join project_place as places on sides.is_now = places.is_now and reports.project_code = places.project_code
where reports.period in (select period from moved_scope)
order by reports.period, reports.project_code, reports.enterprise_ref, sides.is_now, rows_of.row_number;

insert into changed_row (
    id, period, kpi, submission_id, row_number, sheet, project_code, old_key, new_key, is_alone
)
select
    (select coalesce(max(id), 0) from changed_row) + row_number() over (),
    period, '', submission_id, row_number, 'enterprises', project_code,
    max(enterprise_key) filter (where not is_now), max(enterprise_key) filter (where is_now), false
from report_row
group by period, submission_id, row_number, project_code;

-- Where one delivery alone did something to a project tonight, what it brought or took away, and what came or went in
-- the place of that, is its doing; of most rows no more has to be known.
create temporary table only_doer on commit drop as
select project_code, min(cause) as cause, min(doer) as doer
from changed_delivery
cross join publication
where publication.knows_facts
group by project_code
having min(cause) = max(cause) and min(doer) = max(doer);

analyze changed_delivery, only_doer;

-- The rows that more has to be known of.
create temporary table open_row on commit drop as
with

whole as (

    select
        changed.period, changed.kpi, changed.project_code, coalesce(changed.old_key, changed.new_key) as enterprise_key,
        changed.new_key is null as has_gone
    from changed_row as changed
    inner join only_doer using (project_code)
    inner join changed_delivery as deliveries using (submission_id)
    where
        (changed.old_key is null) = deliveries.has_come
        and (changed.old_key is null or changed.new_key is null)

)

select changed.*, cast(null as text) as enterprise_ref
from changed_row as changed
left join only_doer using (project_code)
where
    only_doer.cause is null
    or not (
        changed.submission_id in (select submission_id from changed_delivery)
        or (
            (changed.old_key is null or changed.new_key is null)
            and (
                changed.period, changed.kpi, changed.project_code, coalesce(changed.old_key, changed.new_key),
                changed.old_key is null
            ) in (select period, kpi, project_code, enterprise_key, has_gone from whole)
        )
    );

-- The reference under which its project reports the enterprise of a row, for these rows and those with other findings.
create temporary table asked on commit drop as
select distinct sheet, submission_id, row_number from open_row
union
select sheet, submission_id, row_number from changed_fact where kind = 'findings';

create temporary table row_ref on commit drop as
select * from ({row_refs}) as refs;

update open_row as changed set enterprise_ref = row_ref.enterprise_ref
from row_ref
where
    row_ref.sheet = changed.sheet and row_ref.submission_id = changed.submission_id
    and row_ref.row_number = changed.row_number;

create temporary table changed_finding on commit drop as
select
    facts.project_code,
    facts.submission_id,
    facts.sheet,
    facts.row_number,
    row_ref.enterprise_ref,
    coalesce(facts.old_value, '') as old_value,
    coalesce(facts.new_value, '') as new_value
from changed_fact as facts
left join row_ref using (submission_id, sheet, row_number)
where facts.kind = 'findings';

analyze open_row, row_ref;

-- Sales rows with a window that spans a rate or an index that has changed.
create temporary table changed_window on commit drop as
with windows as (
    select sales.submission_id, sales.row_number, sales.enterprise_ref, sales.currency, spans.first_day, spans.last_day
    from (
        select distinct submission_id, row_number from open_row
        where sheet = 'sales' and exists (select from changed_fact where kind in ('rate', 'index'))
    ) as changed
    inner join raw.sales as sales using (submission_id, row_number)
    cross join lateral (
        values (sales.baseline_start, sales.baseline_end), (sales.current_start, sales.current_end)
    ) as spans (first_day, last_day)
)

select windows.submission_id, windows.row_number
from windows
inner join changed_fact as rates
    on
        rates.kind = 'rate' and rates.subject = windows.currency
        and rates.period between to_char(windows.first_day, 'YYYY-MM') and to_char(windows.last_day, 'YYYY-MM')
union
select windows.submission_id, windows.row_number
from windows
inner join raw.enterprises as enterprises
    on
        enterprises.submission_id = windows.submission_id
        and enterprises.enterprise_ref = windows.enterprise_ref
inner join changed_fact as indices
    on
        indices.kind = 'index' and indices.subject = enterprises.country
        and indices.period between to_char(windows.first_day, 'YYYY') and to_char(windows.last_day, 'YYYY');
