-- The cause of each row that adds another amount than before (docs/record.md has the table). Temporary tables of the
-- callers': publication, and those of changed_rows.sql.

-- name: own_causes
-- The first cause that holds of each open row, of its own facts.
analyze moved_report, changed_finding, changed_window;

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

    select changed.id, deliveries.cause, deliveries.doer
    from open_row as changed
    inner join changed_delivery as deliveries on changed.submission_id = deliveries.submission_id

    union all

    -- gave way in its project's report, or came back to it
    select changed.id, deliveries.cause, deliveries.doer
    from open_row as changed
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
    select changed.id, deliveries.cause, deliveries.doer
    from open_row as changed
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
        id,
        case when bool_and(replace(old_value, '~', '') = replace(new_value, '~', '')) then 'waiver' else 'rule' end,
        min(submission_id)
    from (
        -- That a price index or a rate is missing, or makes an amount implausible, follows from the rates.
        select
            changed.id, changed.submission_id,
            case
                when windows.row_number is null then findings.old_value else
                    trim(regexp_replace(findings.old_value, 'S0[89]\.\S* ?', '', 'g'))
            end as old_value,
            case
                when windows.row_number is null then findings.new_value else
                    trim(regexp_replace(findings.new_value, 'S0[89]\.\S* ?', '', 'g'))
            end as new_value
        from open_row as changed
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
    group by id

    union all

    select changed.id, 'rate', changed.submission_id
    from open_row as changed
    inner join changed_window using (submission_id, row_number)
    where changed.sheet = 'sales'

    union all

    select changed.id, 'identity', changed.submission_id
    from open_row as changed
    left join moved_report as reports
        on
            changed.project_code = reports.project_code and changed.period = reports.period
            and changed.enterprise_ref = reports.enterprise_ref
    where
        changed.old_key <> changed.new_key
        or (reports.old_key <> '' and reports.new_key <> '' and reports.old_key <> reports.new_key)

    union all

    select changed.id, 'registry', changed.submission_id
    from open_row as changed
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

select distinct on (id) *
from held
inner join cause_order using (cause)
order by id, turn, doer;

-- name: row_causes
analyze own_cause;

-- Rows whose own facts are all the same, with an enterprise a row, so that what is touched is looked up by its key.
create temporary table rest on commit drop as
select rows_of.id, rows_of.period, rows_of.submission_id, keys.enterprise_key
from open_row as rows_of
cross join publication
cross join lateral (values (rows_of.old_key), (rows_of.new_key)) as keys (enterprise_key)
left join own_cause as known on publication.knows_facts and rows_of.id = known.id
where keys.enterprise_key is not null and known.cause is null;

create temporary table touchable on commit drop as
select distinct period, enterprise_key from rest;

analyze rest, touchable;

-- What has changed elsewhere of their enterprises.
create temporary table touched (period, enterprise_key, doer, turn) on commit drop as
select
    rows_of.period, keys.enterprise_key,
    case when open_row.id is null then only_doer.doer else own.doer end,
    cause_order.turn
from changed_row as rows_of
cross join lateral (values (rows_of.old_key), (rows_of.new_key)) as keys (enterprise_key)
inner join touchable on rows_of.period = touchable.period and keys.enterprise_key = touchable.enterprise_key
left join open_row on rows_of.id = open_row.id
left join own_cause as own on rows_of.id = own.id
left join only_doer on rows_of.project_code = only_doer.project_code
inner join cause_order
    on cause_order.cause = case when open_row.id is null then only_doer.cause else own.cause end
where rows_of.kpi <> ''
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

analyze touched;

create temporary table row_cause on commit drop as
select
    changed.id,
    case
        when own.cause is not null then own.cause
        when not publication.knows_facts then 'software'
        when others.doer is not null or not publication.code_has_changed then 'elsewhere'
        else 'software'
    end as cause,
    coalesce(own.doer, others.doer, changed.submission_id) as doer
from open_row as changed
cross join publication
left join own_cause as own on publication.knows_facts and changed.id = own.id
left join (
    select distinct on (rest.id) rest.id, touched.doer
    from rest
    inner join touched on rest.period = touched.period and rest.enterprise_key = touched.enterprise_key
    order by rest.id, touched.turn, touched.doer = rest.submission_id, touched.doer
) as others on changed.id = others.id;

analyze row_cause;

create temporary view caused_row as
select
    changed.*,
    coalesce(open_cause.cause, only_doer.cause) as cause,
    coalesce(open_cause.doer, only_doer.doer) as doer
from changed_row as changed
left join row_cause as open_cause using (id)
left join only_doer using (project_code);
