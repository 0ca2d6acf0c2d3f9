-- Which rows add another amount than before, and which of the facts they rest on have changed. Temporary tables of the
-- callers': publication, gone_* and come_*, changed_figure, fact, changed_fact.

-- name: amounts
-- What each row gives less or more to each scope.
-- Most of what moved only came, or only went, and is looked at without being added up.
create temporary table moved_row on commit drop as
select -1 as sign, come.period is null as is_alone, gone.*
from gone_counted_row as gone
left join come_counted_row as come
    on
        gone.period = come.period and gone.kpi = come.kpi and gone.submission_id = come.submission_id
        and gone.row_number = come.row_number and gone.project_code = come.project_code
union all
select 1, gone.period is null, come.*
from come_counted_row as come
left join gone_counted_row as gone
    on
        gone.period = come.period and gone.kpi = come.kpi and gone.submission_id = come.submission_id
        and gone.row_number = come.row_number and gone.project_code = come.project_code;

create temporary table amount on commit drop as
with scoped as not materialized (
    select
        moved.is_alone, moved.period, moved.kpi, moved.submission_id, moved.row_number, moved.project_code,
        scopes.scope_type, scopes.scope_code,
        moved.sign * moved.contribution as valid,
        case when scopes.counts then moved.sign * moved.contribution else 0 end as unique_value,
        case when scopes.counts and moved.evidence_grade in ('A', 'B') then moved.sign * moved.contribution else 0 end
            as evidenced
    from moved_row as moved
    cross join lateral ({scopes}) as scopes (scope_type, scope_code, counts)
    where scopes.scope_code is not null
)

select period, kpi, submission_id, row_number, project_code, scope_type, scope_code, valid, unique_value, evidenced
from scoped
where is_alone and (valid <> 0 or unique_value <> 0 or evidenced <> 0)
union all
select
    period, kpi, submission_id, row_number, project_code, scope_type, scope_code, sum(valid), sum(unique_value),
    sum(evidenced)
from scoped
where not is_alone
group by period, kpi, submission_id, row_number, project_code, scope_type, scope_code
having sum(valid) <> 0 or sum(unique_value) <> 0 or sum(evidenced) <> 0;

create temporary table changed_row on commit drop as
select
    coalesce(old.period, new.period) as period,
    coalesce(old.kpi, new.kpi) as kpi,
    coalesce(old.submission_id, new.submission_id) as submission_id,
    coalesce(old.row_number, new.row_number) as row_number,
    coalesce(old.sheet, new.sheet) as sheet,
    coalesce(old.project_code, new.project_code) as project_code,
    old.enterprise_key as old_key,
    new.enterprise_key as new_key,
    cast(null as text) as enterprise_ref
from gone_counted_row as old
full join come_counted_row as new
    on
        old.period = new.period and old.kpi = new.kpi and old.submission_id = new.submission_id
        and old.row_number = new.row_number and old.project_code = new.project_code;

delete from changed_row as changed
where not exists (
    select from amount
    where
        amount.period = changed.period and amount.kpi = changed.kpi and amount.submission_id = changed.submission_id
        and amount.row_number = changed.row_number and amount.project_code = changed.project_code
);

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
    new_value as submission_id, true as has_come, new_value as doer,
    case when old_value is null then 'new_report' else 'correction' end as cause
from changed_fact where kind = 'version' and new_value is not null
union all
select old_value, false, coalesce(new_value, old_value), 'correction'
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

insert into changed_row
select
    period, '', submission_id, row_number, 'enterprises', project_code,
    max(enterprise_key) filter (where not is_now), max(enterprise_key) filter (where is_now)
from report_row
group by period, submission_id, row_number, project_code;

-- The reference under which its project reports the enterprise of a row, for these rows and those with other findings.
create temporary table asked on commit drop as
select distinct sheet, submission_id, row_number from changed_row
union
select sheet, submission_id, row_number from changed_fact where kind = 'findings';

create temporary table row_ref on commit drop as
select * from ({row_refs}) as refs;

update changed_row as changed set enterprise_ref = row_ref.enterprise_ref
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

-- Sales rows with a window that spans a rate or an index that has changed.
create temporary table changed_window on commit drop as
with windows as (
    select sales.submission_id, sales.row_number, sales.enterprise_ref, sales.currency, spans.first_day, spans.last_day
    from (select distinct submission_id, row_number from changed_row where sheet = 'sales') as changed
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
