-- The submissions to judge: those judged by nothing yet, or by other facts and rules than today's.
create unlogged table work.submission as
with facts as (
    select
        s.submission_id, s.project_code as drop_folder, s.period, s.received_on,
        p.project_code is not null as is_project_known,
        coalesce(c.ends_on < s.received_on, false) as is_period_ended,
        p.start_date as project_start_date,
        make_date(cast(left(s.period, 4) as int), 6 * cast(right(s.period, 1) as int) - 5, 1) as period_starts_on,
        cast((
            make_date(cast(left(s.period, 4) as int), 6 * cast(right(s.period, 1) as int) - 5, 1)
            + interval '6 months - 1 day'
        ) as date)
            as period_ends_on,
        s.judged_with,
        md5(concat_ws('|', cast(:rules as text), p.project_code, p.start_date, c.ends_on, waived.rules))
        || coalesce('-' || s.read_with, '') as judge_by
    from ops.submission as s
    left join registry.projects as p on s.project_code = p.project_code
    left join registry.reporting_calendar as c on s.period = c.period
    -- a waiver of a file rule decides whether rows are judged, so it is part of what a submission is judged by
    cross join
        lateral (
            select string_agg(distinct w.rule, ',' order by w.rule) as rules
            from registry.waivers as w
            where
                w.rule like 'F%'
                and w.enterprise_ref is null
                and (w.project_code is null or w.project_code = s.project_code)
                and (w.period is null or w.period = s.period)
                and s.received_on <= w.expires_on
        ) as waived
    where s.status not in ('landed', 'duplicate')
)

select * from facts
where judged_with is distinct from judge_by;
