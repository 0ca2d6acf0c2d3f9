-- What became of every semester a project had to report on.
{{ config(tags=['follows_load_date']) }}
with

periods as (

    select
        calendar.period,
        calendar.ends_on,
        calendar.due_on,
        cast(calendar.ends_on + 1 - interval '6 months' as date) as starts_on
    from {{ ref('stg_reporting_calendar') }} as calendar
    inner join {{ ref('int_periods') }} as ended on calendar.period = ended.period

),

receipts as (

    -- The office's date of receipt stands for what a later load took.
    select
        submissions.submission_id,
        submissions.project_code,
        submissions.period,
        submissions.version,
        submissions.is_current,
        submissions.is_accepted,
        least(submissions.received_on, office.received_on) as received_on
    from {{ ref('stg_submissions') }} as submissions
    left join {{ ref('stg_received') }} as office
        on
            submissions.project_code = office.project_code
            and submissions.period = office.period
    where submissions.period is not null and submissions.version is not null

),

deliveries as (

    select
        project_code,
        period,
        min(received_on) as first_received_on,
        max(received_on) as last_received_on,
        min(received_on) filter (where is_accepted) as first_accepted_on,
        count(*) as delivery_count,
        (array_agg(submission_id order by is_current desc, version desc))[1] as submission_id
    from receipts
    group by project_code, period

),

expected as (

    -- Semesters in which the project was under way, and others it reported on all the same.
    select
        projects.project_code,
        periods.*,
        projects.start_date <= periods.ends_on and projects.end_date >= periods.starts_on as is_expected
    from {{ ref('stg_projects') }} as projects
    cross join periods
    left join deliveries
        on
            projects.project_code = deliveries.project_code
            and periods.period = deliveries.period
    where
        deliveries.submission_id is not null
        or (projects.start_date <= periods.ends_on and projects.end_date >= periods.starts_on)

),

standing as (

    select
        expected.*,
        deliveries.first_received_on,
        deliveries.last_received_on,
        deliveries.first_accepted_on,
        deliveries.delivery_count,
        submissions.submission_id,
        submissions.version,
        submissions.status,
        submissions.is_current,
        covers.has_nothing_to_report,
        night.load_date,
        coalesce(deliveries.first_received_on, night.load_date) - expected.due_on as days_after_due
    from expected
    cross join {{ ref('stg_load_date') }} as night
    left join deliveries
        on
            expected.project_code = deliveries.project_code
            and expected.period = deliveries.period
    left join {{ ref('stg_submissions') }} as submissions on deliveries.submission_id = submissions.submission_id
    left join {{ ref('stg_covers') }} as covers on deliveries.submission_id = covers.submission_id

)

select
    concat_ws('/', project_code, period) as status_key,
    project_code,
    period,
    {{ period_end('period') }} as period_end,
    due_on,
    is_expected,
    first_received_on,
    last_received_on,
    first_accepted_on,
    coalesce(delivery_count, 0) as delivery_count,
    submission_id,
    version,
    coalesce(status, 'missing') as status,
    coalesce(is_current, false) as is_current,
    case
        when first_received_on is not null and days_after_due <= 0 then 'on_time'
        when first_received_on is not null then 'late'
        when days_after_due <= 0 then 'not_due_yet'
        else 'missing'
    end as timeliness,
    greatest(0, days_after_due) as days_late,
    coalesce(has_nothing_to_report, false) as has_nothing_to_report
from standing
