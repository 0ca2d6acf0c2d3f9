-- What each counted row rests on, as of this publication, for the projects at work; and what of it has changed since
-- the last one. Temporary tables: at_work (project_code), whose rows were built anew, and every_project (a row if all
-- were).
create table if not exists intermediate.published_fact (
    kind text not null,
    project_code text not null,
    period text not null,
    submission_id text not null,
    sheet text not null,
    row_number integer not null,
    subject text not null,
    value text not null
);

create temporary table fact on commit drop as
with

current_version as (

    select
        submission_id,
        project_code,
        period
    from ops.submission
    where is_current and status in ('accepted', 'accepted_with_findings')

),

judged as (

    select * from current_version
    where exists (select 1 from every_project) or project_code in (select project_code from at_work)

),

identity as not materialized (

    select * from intermediate.int_enterprise_identities
    where exists (select 1 from every_project) or project_code in (select project_code from at_work)

)

-- which delivery speaks for a project and period
select
    'version' as kind, project_code, period, '' as submission_id, '' as sheet, 0 as row_number, '' as subject,
    submission_id as value
from current_version
union all
select 'registry', project_code, '', '', '', 0, '', pillar || ' ' || country
from registry.projects
union all
select 'calendar', '', period, '', '', 0, '', cast(ends_on as text)
from intermediate.int_periods
union all
select 'rate', '', month, '', '', 0, currency, cast(units_per_eur as text)
from reference.fx_monthly
union all
select 'index', '', cast(year as text), '', '', 0, country, cast(index_2019_100 as text)
from reference.cpi_annual
union all
-- "~" marks what is waived. R03 says again of a row what its enterprise's row says.
select
    'findings', judged.project_code, '', findings.submission_id, findings.sheet, findings.row_number, '',
    string_agg(
        findings.rule || '.' || coalesce(findings.column_name, '') || case when findings.waived then '~' else '' end,
        ' ' order by findings.rule, findings.column_name, findings.waived
    )
from ops.finding as findings
inner join judged on findings.submission_id = judged.submission_id
where findings.row_number is not null and findings.sheet <> 'cover' and findings.rule <> 'R03'
group by judged.project_code, findings.submission_id, findings.sheet, findings.row_number
union all
-- whom a reference stands for as of a period, and the delivery that the report of it is taken from
select
    'identity', project_code, as_of_period, '', '', 0, enterprise_ref, enterprise_key || '|' || submission_id
from identity where is_in_report
union all
select
    'identity', aside.project_code, aside.as_of_period, '', '', 0, aside.enterprise_ref,
    aside.enterprise_key || '|' || coalesce(max(reports.submission_id), '')
from identity as aside
left join identity as reports
    on
        aside.as_of_period = reports.as_of_period and aside.project_code = reports.project_code
        and aside.enterprise_key = reports.enterprise_key and reports.is_in_report
where not aside.is_in_report
group by aside.project_code, aside.as_of_period, aside.enterprise_ref, aside.enterprise_key;

-- From here on rows are many, and each has another key: sorted they would go to disk, and take twice as long.
set local enable_mergejoin = off;
set local hash_mem_multiplier = 4;

create temporary table changed_fact on commit drop as
select
    kind,
    project_code,
    period,
    submission_id,
    sheet,
    row_number,
    subject,
    old.value as old_value,
    new.value as new_value,
    old.place as old_place
from (
    select known.*, known.ctid as place
    from intermediate.published_fact as known
    where
        kind not in ('findings', 'identity')
        or exists (select 1 from every_project)
        or project_code in (select project_code from at_work)
) as old
full join fact as new using (kind, project_code, period, submission_id, sheet, row_number, subject)
where old.value is distinct from new.value;

delete from intermediate.published_fact as old using changed_fact as changed
where old.ctid = changed.old_place;

insert into intermediate.published_fact
select kind, project_code, period, submission_id, sheet, row_number, subject, new_value
from changed_fact
where new_value is not null;
