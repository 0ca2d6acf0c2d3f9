-- Which rows add another amount than before, and the cause of each (docs/record.md has the table). Temporary tables of
-- the callers': publication, gone_* and come_*, changed_figure, fact, changed_fact.

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

-- name: own_causes
-- The first cause that holds of each row, of its own facts.
analyze amount, changed_row, row_ref, changed_delivery, moved_report, changed_finding, changed_window;

create temporary table own_cause on commit drop as
with

-- findings of a row, and those of its enterprise's row
of_row as (

    select submission_id, sheet, row_number, old_value, new_value
    from changed_finding
    union all
    select refs.submission_id, refs.sheet, refs.row_number, findings.old_value, findings.new_value
    from row_ref as refs
    inner join changed_finding as findings
        on
            refs.submission_id = findings.submission_id and refs.enterprise_ref = findings.enterprise_ref
            and findings.sheet = 'enterprises'

),

held as (

    select changed.*, deliveries.cause, deliveries.doer
    from changed_row as changed
    inner join changed_delivery as deliveries on changed.submission_id = deliveries.submission_id

    union all

    -- gave way in its project's report, or came back to it
    select changed.*, deliveries.cause, deliveries.doer
    from changed_row as changed
    inner join moved_report as reports
        on
            changed.project_code = reports.project_code and changed.period = reports.period
            and changed.enterprise_ref = reports.enterprise_ref and reports.old_report <> reports.new_report
    inner join changed_delivery as deliveries
        on
            deliveries.has_come = (changed.submission_id = reports.old_report)
            and deliveries.submission_id = case changed.submission_id
                when reports.old_report then reports.new_report
                when reports.new_report then reports.old_report
            end

    union all

    -- the same where a row of another delivery counts in its place: a training is of no report
    select changed.*, deliveries.cause, deliveries.doer
    from changed_row as changed
    inner join changed_row as others
        on
            changed.period = others.period and changed.kpi = others.kpi and changed.project_code = others.project_code
            and coalesce(changed.old_key, changed.new_key) = coalesce(others.old_key, others.new_key)
            and changed.submission_id <> others.submission_id
            and (
                (changed.new_key is null and others.old_key is null)
                or (changed.old_key is null and others.new_key is null)
            )
    inner join changed_delivery as deliveries
        on others.submission_id = deliveries.submission_id and deliveries.has_come = (others.new_key is not null)

    union all

    select
        period, kpi, submission_id, row_number, sheet, project_code, old_key, new_key, enterprise_ref,
        case when bool_and(replace(old_value, '~', '') = replace(new_value, '~', '')) then 'waiver' else 'rule' end,
        submission_id
    from (
        -- That a price index or a rate is missing, or makes an amount implausible, follows from the rates.
        select
            changed.*,
            case
                when windows.row_number is null then findings.old_value else
                    trim(regexp_replace(findings.old_value, 'S0[89]\.\S* ?', '', 'g'))
            end as old_value,
            case
                when windows.row_number is null then findings.new_value else
                    trim(regexp_replace(findings.new_value, 'S0[89]\.\S* ?', '', 'g'))
            end as new_value
        from changed_row as changed
        inner join of_row as findings
            on
                changed.submission_id = findings.submission_id and changed.sheet = findings.sheet
                and changed.row_number = findings.row_number
        left join changed_window as windows
            on
                changed.sheet = 'sales' and changed.submission_id = windows.submission_id
                and changed.row_number = windows.row_number
    ) as findings
    where old_value <> new_value
    group by period, kpi, submission_id, row_number, sheet, project_code, old_key, new_key, enterprise_ref

    union all

    select changed.*, 'rate', changed.submission_id
    from changed_row as changed
    inner join changed_window using (submission_id, row_number)
    where changed.sheet = 'sales'

    union all

    select changed.*, 'identity', changed.submission_id
    from changed_row as changed
    left join moved_report as reports
        on
            changed.project_code = reports.project_code and changed.period = reports.period
            and changed.enterprise_ref = reports.enterprise_ref
    where
        changed.old_key <> changed.new_key
        or (reports.old_key <> '' and reports.new_key <> '' and reports.old_key <> reports.new_key)

    union all

    select changed.*, 'registry', changed.submission_id
    from changed_row as changed
    where
        exists (
            select
            from changed_fact as facts
            where facts.kind = 'registry' and facts.project_code = changed.project_code
        )
        -- a period that has ended since is no change of the calendar
        or exists (
            select
            from changed_fact as facts
            cross join publication
            where
                facts.kind = 'calendar'
                and (facts.old_value is not null or cast(facts.new_value as date) < publication.last_as_of)
        )

)

select distinct on (period, kpi, submission_id, row_number, project_code) *
from held
inner join cause_order using (cause)
order by period, kpi, submission_id, row_number, project_code, turn, doer;

-- name: row_causes
analyze own_cause;

-- Rows whose own facts are all the same, with an enterprise a row, so that what is touched is looked up by its key.
create temporary table rest on commit drop as
select
    rows_of.period, rows_of.kpi, rows_of.submission_id, rows_of.row_number, rows_of.project_code, keys.enterprise_key
from changed_row as rows_of
cross join publication
cross join lateral (values (rows_of.old_key), (rows_of.new_key)) as keys (enterprise_key)
left join own_cause as known
    on
        publication.knows_facts
        and rows_of.period = known.period and rows_of.kpi = known.kpi
        and rows_of.submission_id = known.submission_id and rows_of.row_number = known.row_number
        and rows_of.project_code = known.project_code
where keys.enterprise_key is not null and known.cause is null;

create temporary table touchable on commit drop as
select distinct period, enterprise_key from rest;

-- What has changed elsewhere of their enterprises.
create temporary table touched on commit drop as
select own.period, keys.enterprise_key, own.doer, own.turn
from own_cause as own
cross join lateral (values (own.old_key), (own.new_key)) as keys (enterprise_key)
inner join touchable on own.period = touchable.period and keys.enterprise_key = touchable.enterprise_key
where own.kpi <> ''
union
select
    reports.period, keys.enterprise_key,
    coalesce(
        nullif(case when reports.old_report <> reports.new_report then reports.new_report end, ''),
        nullif(reports.new_report, ''), reports.old_report
    ),
    8
from moved_report as reports
cross join lateral (values (reports.old_key), (reports.new_key)) as keys (enterprise_key)
inner join touchable on reports.period = touchable.period and keys.enterprise_key = touchable.enterprise_key
where keys.enterprise_key <> ''
union
select touchable.period, touchable.enterprise_key, findings.submission_id, 9
from changed_finding as findings
inner join intermediate.int_enterprise_identities as identities
    on
        findings.project_code = identities.project_code
        and findings.enterprise_ref = identities.enterprise_ref
inner join touchable
    on identities.as_of_period = touchable.period and identities.enterprise_key = touchable.enterprise_key;

analyze rest, touched;

create temporary table row_cause on commit drop as
select
    changed.period, changed.kpi, changed.submission_id, changed.row_number, changed.project_code,
    case
        when own.cause is not null then own.cause
        when not publication.knows_facts then 'software'
        when others.doer is not null or not publication.code_has_changed then 'elsewhere'
        else 'software'
    end as cause,
    coalesce(own.doer, others.doer, changed.submission_id) as doer
from changed_row as changed
cross join publication
left join own_cause as own
    on
        publication.knows_facts
        and changed.period = own.period and changed.kpi = own.kpi and changed.submission_id = own.submission_id
        and changed.row_number = own.row_number and changed.project_code = own.project_code
left join (
    select distinct on (rest.period, rest.kpi, rest.submission_id, rest.row_number, rest.project_code)
        rest.period, rest.kpi, rest.submission_id, rest.row_number, rest.project_code, touched.doer
    from rest
    inner join touched on rest.period = touched.period and rest.enterprise_key = touched.enterprise_key
    order by
        rest.period, rest.kpi, rest.submission_id, rest.row_number, rest.project_code, touched.turn,
        touched.doer = rest.submission_id, touched.doer
) as others
    on
        changed.period = others.period and changed.kpi = others.kpi and changed.submission_id = others.submission_id
        and changed.row_number = others.row_number and changed.project_code = others.project_code;
