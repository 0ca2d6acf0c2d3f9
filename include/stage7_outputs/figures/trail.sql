-- How a figure came about, and what it is made of.

-- name: figure
select * from marts.kpi_headline
where kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code;

-- name: waterfall
select
    w.step, w.reason, w.is_level, w.amount, r.what_it_says
from marts.kpi_waterfall as w left join marts.dim_rule as r on w.reason = r.rule
where w.kpi = :kpi and w.period = :period and w.scope_type = :scope_type and w.scope_code = :scope_code
order by w.step_number, w.reason;

-- name: files
-- By the partner's own name of the file, which the marts mask.
select
    e.submission_id, o.file_name, s.period, s.version, s.sha256, e.sheet, count(*) as row_count,
    sum(e.contribution) as contribution
from marts.kpi_evidence as e
inner join marts.fct_submission as s on e.submission_id = s.submission_id
inner join ops.submission as o on e.submission_id = o.submission_id
where e.kpi = :kpi and e.period = :period and e.scope_type = :scope_type and e.scope_code = :scope_code
group by e.submission_id, o.file_name, s.period, s.version, s.sha256, e.sheet
order by e.submission_id, e.sheet;

-- name: rows
-- Rows that add to the figure, and those of the same reports that add nothing and take from what the others add: an
-- enterprise's jobs count by the sum over its rows, so that a row that fell takes from one that rose.
with evidence as (
    select
        submission_id, sheet, row_number, project_code, enterprise_key, contribution, evidence_grade as report_grade
    from marts.kpi_evidence
    where kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code
),

changes as (
    -- What a row of jobs fell by; of jobs lost, what it rose by.
    select
        jobs.submission_id, jobs.row_number, jobs.enterprise_key, jobs.is_green and jobs.is_valid as counts,
        case
            when :kpi like '%maintained%' then 0
            when :kpi like '%lost_fte' then jobs.current_fte - jobs.baseline_fte
            when :kpi like '%lost' then jobs.current_headcount - jobs.baseline_headcount
            when :kpi like '%fte' then jobs.baseline_fte - jobs.current_fte
            else jobs.baseline_headcount - jobs.current_headcount
        end as taken
    from marts.fct_green_jobs as jobs
    where :kpi like 'green_jobs%' and jobs.submission_id in (select evidence.submission_id from evidence)
),

reports as (
    select distinct
        evidence.submission_id, evidence.project_code, evidence.report_grade, known.enterprise_ref,
        evidence.enterprise_key, today.enterprise_key as key_of_today
    from evidence
    inner join restricted.enterprise as known
        on evidence.project_code = known.project_code and evidence.enterprise_key = known.enterprise_key
    inner join restricted.enterprise as today
        on
            known.project_code = today.project_code
            and known.enterprise_ref = today.enterprise_ref
            and today.is_current_key
    where evidence.sheet = 'jobs'
),

taking as (
    select distinct
        changes.submission_id, 'jobs' as sheet, changes.row_number, reports.project_code, reports.enterprise_key,
        0.0 as contribution, reports.report_grade, changes.taken
    from changes
    inner join reports
        on changes.submission_id = reports.submission_id and changes.enterprise_key = reports.key_of_today
    left join evidence
        on changes.submission_id = evidence.submission_id and changes.row_number = evidence.row_number
    where changes.counts and changes.taken > 0 and evidence.submission_id is null
),

every_row as (
    select
        evidence.*,
        changes.taken
    from evidence
    left join changes on evidence.submission_id = changes.submission_id and evidence.row_number = changes.row_number
    union all
    select * from taking
),

shown as (
    select
        *, count(*) over () as total
    from every_row
    order by submission_id, sheet, row_number
    limit :shown
)

select
    shown.submission_id, shown.sheet, shown.row_number, shown.project_code, shown.contribution, shown.report_grade,
    shown.total, received.enterprise_ref, received.cell_values, readings.column_letters, readings.file_sheet,
    case when shown.taken > 0 then shown.taken end as taken,
    coalesce(
        (
            select t.evidence_grade from marts.fct_training as t
            where
                shown.sheet = 'training'
                and (t.submission_id, t.row_number) = (shown.submission_id, shown.row_number)
        ),
        (
            select t.evidence_grade from marts.fct_practice as t
            where
                shown.sheet = 'practices'
                and (t.submission_id, t.row_number) = (shown.submission_id, shown.row_number)
        ),
        (
            select t.evidence_grade from marts.fct_green_jobs as t
            where
                shown.sheet = 'jobs'
                and (t.submission_id, t.row_number) = (shown.submission_id, shown.row_number)
        ),
        (
            select t.evidence_grade from marts.fct_standard as t
            where
                shown.sheet = 'standards'
                and (t.submission_id, t.row_number) = (shown.submission_id, shown.row_number)
        ),
        (
            select t.evidence_grade from marts.fct_business_volume as t
            where
                shown.sheet = 'sales'
                and (t.submission_id, t.row_number) = (shown.submission_id, shown.row_number)
        )
    ) as own_grade
from shown
left join ops.sheet_reading as readings
    on shown.submission_id = readings.submission_id and shown.sheet = readings.sheet
left join lateral (
    select * from restricted.row_as_received as r
    where r.submission_id = shown.submission_id and r.sheet = shown.sheet and r.row_number = shown.row_number
) as received on true
order by shown.submission_id, shown.sheet, shown.row_number;

-- name: rates
-- The price indices and exchange rates by which sales were compared, and the parts of the change.
select
    f.submission_id, f.row_number, f.currency, f.baseline_amount, f.current_amount, f.baseline_price_index,
    f.current_price_index, f.baseline_units_per_eur, f.current_units_per_eur, f.volume_eur, f.price_eur, f.exchange_eur
from marts.kpi_evidence as e
inner join marts.fct_business_volume as f on e.submission_id = f.submission_id and e.row_number = f.row_number
where
    e.sheet = 'sales'
    and e.kpi = :kpi and e.period = :period and e.scope_type = :scope_type and e.scope_code = :scope_code
order by f.submission_id, f.row_number
limit :shown;

-- name: set_aside
select
    a.project_code, a.submission_id, a.value_set_aside, a.evidence_grade, a.counting_project_code,
    a.counting_submission_id, a.value_counted, a.counting_evidence_grade, a.reason,
    (
        select string_agg(known.enterprise_ref, ', ' order by known.enterprise_ref)
        from restricted.enterprise as known
        where known.project_code = a.project_code and known.enterprise_key = a.enterprise_key
    ) as enterprise_ref
from marts.set_aside_report as a
where a.kpi = :kpi and a.period = :period and a.scope_type = :scope_type and a.scope_code = :scope_code
order by a.project_code, enterprise_ref, a.enterprise_key
limit :shown;

-- name: waivers
-- Waived findings on the rows behind the figure, on the rows of their enterprises and on their deliveries.
with evidence as (
    select distinct
        e.submission_id, e.sheet, e.row_number, known.enterprise_ref
    from marts.kpi_evidence as e
    left join restricted.enterprise as known
        on e.project_code = known.project_code and e.enterprise_key = known.enterprise_key
    where e.kpi = :kpi and e.period = :period and e.scope_type = :scope_type and e.scope_code = :scope_code
)

select distinct
    f.submission_id, f.sheet, f.row_number, f.rule, f.enterprise_ref, f.waived_by, f.waiver_reason, f.waived_until
from ops.finding as f
inner join evidence
    on
        f.submission_id = evidence.submission_id
        and (
            f.row_number is null
            or f.sheet = 'cover'
            or (f.sheet = evidence.sheet and f.row_number = evidence.row_number)
            or (f.sheet = 'enterprises' and f.enterprise_ref = evidence.enterprise_ref)
        )
where f.waived
order by f.submission_id, f.sheet, f.row_number, f.rule;

-- name: period
select * from marts.dim_period
where period = :period and has_ended;

-- name: projects
-- Projects of the scope that had started by the period's end.
select
    p.project_code, p.title, p.country, p.pillar, i.institution_name, p.start_date, p.end_date, p.grant_eur
from marts.dim_project as p
inner join marts.dim_period as t on p.start_date <= t.period_end
left join marts.dim_institution as i on p.lead_institution = i.institution
where
    t.period = :period
    and case :scope_type
        when 'programme' then true
        when 'country' then p.country = :scope_code
        when 'pillar' then p.pillar = :scope_code
        when 'project' then p.project_code = :scope_code
        else false
    end
order by p.project_code;

-- name: institutions
select
    b.institution, i.institution_name, i.seat_country, i.region, i.kind,
    string_agg(b.project_code || ' (' || b.institution_role || ')', ', ' order by b.project_code) as projects
from marts.bridge_project_institution as b
inner join marts.dim_institution as i on b.institution = i.institution
where b.project_code = any(:projects)
group by b.institution, i.institution_name, i.seat_country, i.region, i.kind
order by b.institution;

-- name: claims
select
    claim, wording, relation, claimed_value, warehouse_value, verdict, evidenced, evidenced_verdict
from marts.claims_ledger
where kpi = :kpi and as_of_period = :period and scope_type = :scope_type and scope_code = :scope_code
order by claim;
