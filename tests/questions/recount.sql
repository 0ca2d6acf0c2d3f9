-- A second count, straight from the rows partners sent, as of 2025-S2; nothing here knows dbt.
create temporary view versions as
select submission_id, project_code, period,
    2 * left(period, 4)::int + right(period, 1)::int as period_index
from ops.submission where is_current;

create temporary view rejected as
select distinct submission_id, sheet, row_number from ops.finding
where
    row_number is not null
    and ((severity = 'error' or rule = 'J05') and not waived or rule in ('R01', 'R05'));

create temporary view valid_enterprises as
select v.project_code, v.period, v.period_index, e.*,
    case
        when e.tax_id_is_valid or exists (
            select 1 from ops.finding as f
            where f.submission_id = e.submission_id and f.sheet = 'enterprises' and f.row_number = e.row_number
                and f.rule = 'E03' and f.waived
        ) then e.taxpayer_key
    end as taxpayer
from raw.enterprises as e inner join versions as v using (submission_id)
where not exists (
    select 1 from rejected as x
    where x.submission_id = e.submission_id and x.sheet = 'enterprises' and x.row_number = e.row_number
);

-- who an enterprise_ref is: its last tax id, else the project's own key
create temporary view identities as
select project_code, enterprise_ref,
    coalesce(
        (array_agg(taxpayer order by period_index desc) filter (where taxpayer is not null))[1], min(enterprise_key)
    ) as enterprise
from valid_enterprises group by project_code, enterprise_ref;

-- the latest valid row of each enterprise of a project
create temporary view reports as
select distinct on (e.project_code, i.enterprise) e.*, i.enterprise
from valid_enterprises as e inner join identities as i using (project_code, enterprise_ref)
order by e.project_code, i.enterprise, e.period_index desc, e.row_number;

create temporary view report_refs as
select e.submission_id, e.enterprise_ref, r.project_code, r.enterprise, r.country, r.period_index
from reports as r
inner join identities as i on i.project_code = r.project_code and i.enterprise = r.enterprise
inner join valid_enterprises as e on e.submission_id = r.submission_id and e.enterprise_ref = i.enterprise_ref
where 2 * 2025 + 2 - r.period_index <= 2;

create temporary view valid_jobs as
select r.project_code, r.enterprise, r.country, r.period_index, j.*
from raw.jobs as j inner join report_refs as r using (submission_id, enterprise_ref)
where j.job_category in ('green', 'green_digital') and not exists (
    select 1 from rejected as x
    where x.submission_id = j.submission_id and x.sheet = 'jobs' and x.row_number = j.row_number
);

create temporary view report_jobs as
select project_code, enterprise, min(country) as country, max(period_index) as period_index,
    max(coalesce(evidence_grade, 'D')) as grade,
    greatest(0, sum(current_headcount) - sum(baseline_headcount)) as created, sum(maintained_headcount) as maintained,
    greatest(0, sum(current_fte) - sum(baseline_fte)) as created_fte, sum(maintained_fte) as maintained_fte
from valid_jobs group by project_code, enterprise;

create temporary view spoken_jobs as
select distinct on (enterprise) * from report_jobs order by enterprise, grade, period_index desc, project_code;

create temporary view created_by_age as
select c.age_group, s.created * c.increase / nullif(sum(c.increase) over (partition by c.project_code, c.enterprise), 0) as share
from (
    select project_code, enterprise, age_group, sum(increase) as increase from (
        select project_code, enterprise, sex, age_group,
            greatest(0, sum(current_headcount) - sum(baseline_headcount)) as increase
        from valid_jobs group by project_code, enterprise, sex, age_group
    ) as cells group by project_code, enterprise, age_group
) as c inner join spoken_jobs as s using (project_code, enterprise);

create temporary view valid_training as
select v.project_code, v.period, t.* from raw.training as t inner join versions as v using (submission_id)
where exists (
    select 1 from valid_enterprises as e where e.submission_id = t.submission_id and e.enterprise_ref = t.enterprise_ref
) and not exists (
    select 1 from rejected as x
    where x.submission_id = t.submission_id and x.sheet = 'training' and x.row_number = t.row_number
);

create temporary view trained_topics as
select distinct t.project_code, i.enterprise, t.topic
from valid_training as t inner join identities as i using (project_code, enterprise_ref) where t.start_date <= '2025-12-31';

create temporary view trained as
select t.project_code, i.enterprise, min(coalesce(t.evidence_grade, 'D')) as grade
from valid_training as t inner join identities as i using (project_code, enterprise_ref)
where t.start_date <= '2025-12-31' group by t.project_code, i.enterprise;

create temporary view used_practices as
select r.project_code, r.enterprise, r.period_index, p.practice, coalesce(p.evidence_grade, 'D') as grade
from raw.practices as p inner join report_refs as r using (submission_id, enterprise_ref)
where p.status = 'in_use' and p.since_date <= '2025-12-31' and not exists (
    select 1 from rejected as x
    where x.submission_id = p.submission_id and x.sheet = 'practices' and x.row_number = p.row_number
);

create temporary view spoken_practices as
select distinct on (enterprise) enterprise, project_code, grade from (
    select enterprise, project_code, min(grade) as grade, max(period_index) as period_index
    from used_practices group by enterprise, project_code
) as by_project order by enterprise, grade, period_index desc, project_code;

-- a holder's certificate counts for the members beside it; no enterprise of the small programme has standards in two projects
create temporary view standards_in_force as
select r.project_code, r.enterprise, r.country, s.*, coalesce(s.evidence_grade, 'D') as grade
from raw.standards as s inner join report_refs as r using (submission_id, enterprise_ref)
where s.status in ('implemented', 'certified') and s.valid_from <= '2025-12-31'
    and (s.valid_to is null or s.valid_to >= '2025-12-31') and not exists (
        select 1 from rejected as x
        where x.submission_id = s.submission_id and x.sheet = 'standards' and x.row_number = s.row_number
    );

create temporary view held_standards as
select s.project_code, s.enterprise, s.country, s.row_number, s.standard, s.grade,
    s.status = 'certified' and s.certificate_no is not null and k.kind = 'certification' as is_certified
from standards_in_force as s inner join reference.standards as k using (standard)
where s.group_role is distinct from 'holder' or not exists (
    select 1 from standards_in_force as m
    where m.submission_id = s.submission_id and m.certificate_no = s.certificate_no and m.group_role = 'member'
        and m.enterprise <> s.enterprise
);

-- every month of the small programme's windows has a price index, so that rules alone decide
create temporary view valid_sales as
select v.period, i.enterprise, s.baseline_amount is not null and s.current_amount is not null and not exists (
        select 1 from ops.finding as f
        where f.submission_id = s.submission_id and f.sheet = 'sales' and f.row_number = s.row_number
            and f.rule in ('S01', 'S02', 'S03', 'S06') and not f.waived
    ) as is_assessable
from raw.sales as s inner join versions as v using (submission_id)
inner join identities as i using (project_code, enterprise_ref)
where exists (
    select 1 from valid_enterprises as e where e.submission_id = s.submission_id and e.enterprise_ref = s.enterprise_ref
) and not exists (
    select 1 from rejected as x
    where x.submission_id = s.submission_id and x.sheet = 'sales' and x.row_number = s.row_number
);

create temporary view spoken_sales as
with windows as (
    select i.project_code, r.enterprise, r.country, r.period_index, coalesce(s.evidence_grade, 'D') as grade,
        s.baseline_amount as b, s.current_amount as c, w.which, avg(p.index_2019_100) as prices, avg(f.units_per_eur) as rate
    from raw.sales as s
    inner join report_refs as r using (submission_id, enterprise_ref)
    inner join identities as i on i.project_code = r.project_code and i.enterprise_ref = s.enterprise_ref
    cross join lateral (
        values ('before', s.baseline_start, s.baseline_end), ('now', s.current_start, s.current_end)
    ) as w (which, first_day, last_day)
    cross join lateral generate_series(
        date_trunc('month', w.first_day), date_trunc('month', w.last_day), interval '1 month'
    ) as m (month)
    left join reference.cpi_annual as p on p.country = r.country and p.year = extract(year from m.month)
    left join reference.fx_monthly as f on f.currency = s.currency and f.month = to_char(m.month, 'YYYY-MM')
    where s.baseline_amount is not null and s.current_amount is not null and not exists (
        select 1 from rejected as x
        where x.submission_id = s.submission_id and x.sheet = 'sales' and x.row_number = s.row_number
    ) and not exists (
        select 1 from ops.finding as x
        where x.submission_id = s.submission_id and x.sheet = 'sales' and x.row_number = s.row_number
            and x.rule in ('S01', 'S02', 'S03', 'S06', 'S08') and not x.waived
    )
    group by i.project_code, r.enterprise, r.country, r.period_index, grade, b, c, w.which
)
select distinct on (a.enterprise) a.*, z.prices as prices_now, z.rate as rate_now,
    a.c * a.prices / z.prices > a.b as has_increased
from windows as a inner join windows as z on z.project_code = a.project_code and z.enterprise = a.enterprise and z.which = 'now'
where a.which = 'before'
order by a.enterprise, a.grade, a.period_index desc, a.project_code;
