-- Floor of validation: one pass over raw rows that finds every row and column which breaks a rule, written by hand from
-- the rule catalogue, of the submissions in the view judged_submission. No counts, no statuses, no versions, no waivers
-- of file rules, no addresses and values of cells.
create unlogged table floor.finding as
with

submissions as materialized (
    select
        s.submission_id, c.project_code, c.period, c.nothing_to_report, e.is_judged,
        p.start_date as project_start,
        p.project_code is not null as is_known,
        c.project_code is not null and (p.project_code is null or c.project_code <> upper(s.project_code)) as f04,
        s.period is not null and not coalesce(k.ends_on < s.received_on, false) as f05,
        s.period is not null as has_period,
        make_date(left(s.period, 4)::int, 6 * right(s.period, 1)::int - 5, 1) as period_start,
        (make_date(left(s.period, 4)::int, 6 * right(s.period, 1)::int - 5, 1) + interval '6 months - 1 day')::date
            as period_end
    from judged_submission as s
    inner join ops.sheet_reading as e on e.submission_id = s.submission_id and e.sheet = 'enterprises'
    left join raw.cover as c on c.submission_id = s.submission_id
    left join registry.projects as p on p.project_code = s.project_code
    left join registry.reporting_calendar as k on k.period = s.period
    where s.status not in ('landed', 'duplicate')
),

notes as materialized (
    select '^(TOTAL|TOTALES|TOTAL GENERAL|SUBTOTAL|SUBTOTALES|SUMA|SUM|SOMA|NOTA|NOTE|FUENTE|FONTE|SOURCE|FIRMA|ASSINATURA'
        || '|ELABORADO POR|REVISADO POR|APROBADO POR|APROVADO POR|PREPARED BY)([ :]|[.: ]*$)' as words
),

enterprise_lines as materialized (
    select
        r.*, s.project_start, s.period_end, s.is_judged,
        coalesce(enterprise_ref ~ (select words from notes), true)
        and num_nonnulls(
            tax_id, country, territory_code, isic_class, value_chain, size_class, owner_sex, owner_age_group, joined_on
        ) = 0
        and not unread && array[
            'enterprise_ref', 'tax_id', 'country', 'territory_code', 'isic_class', 'value_chain', 'size_class',
            'joined_on'
        ] as is_total
    from raw.enterprises as r inner join submissions as s using (submission_id)
),

listed as materialized (
    select distinct submission_id, enterprise_ref from enterprise_lines
    where not is_total and is_judged and enterprise_ref is not null
),

usable as materialized (
    select s.*, exists (select from enterprise_lines as l where l.submission_id = s.submission_id and not l.is_total)
        as has_enterprises
    from submissions as s
),

file_findings as (
    select f.submission_id, f.rule, f.sheet, f.row_number, f.column_name from raw.reading_finding as f
    inner join submissions using (submission_id)
    where f.rule like 'F%' or f.sheet = 'cover'
    union all
    select submission_id, v.rule, v.sheet, (c.row_numbers ->> v.column_name)::int, v.column_name
    from usable left join raw.cover as c using (submission_id) cross join lateral (values
        ('F04', 'cover', 'project_code', f04), ('F05', 'cover', 'period', f05),
        ('F11', 'enterprises', null, is_judged and not has_enterprises and usable.nothing_to_report is not true)
    ) as v (rule, sheet, column_name, is_broken)
    where v.is_broken
),

sheets as materialized (
    select
        s.submission_id, r.sheet, s.project_start, s.period_start, s.period_end,
        s.is_judged and s.has_enterprises as knows_enterprises
    from usable as s inner join ops.sheet_reading as r using (submission_id)
    where
        r.header_row is not null and s.is_known and s.has_period
        and not exists (
            select from file_findings as f
            where f.submission_id = s.submission_id
                and (f.rule in ('F03', 'F04', 'F05') or (f.rule in ('F06', 'F07') and f.sheet = r.sheet))
        )
),

enterprise_repeats as (
    select l.*, not is_total and row_number() over (
        partition by submission_id, is_total, hash_record_extended(row(
            enterprise_ref, tax_id, legal_name, country, territory_code, territory_name, isic_class, value_chain, size_class,
            owner_sex, owner_age_group, joined_on,
            case when unread <> '{}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
        ), 0) order by row_number
    ) > 1 as is_repeat
    from enterprise_lines as l inner join sheets as s using (submission_id) where s.sheet = 'enterprises'
),

enterprise_rows as materialized (
    select l.*, has_key and row_number() over (partition by submission_id, has_key, enterprise_ref order by row_number) > 1
        as is_key_taken
    from (
        select *, not is_total and not is_repeat and enterprise_ref is not null and not 'enterprise_ref' = any(unread)
            as has_key
        from enterprise_repeats
    ) as l
),

enterprises as (
    select submission_id, row_number, is_total, is_repeat, array[
        case when l.is_total then 'R05:' end,
        case when l.is_repeat then 'R01:' end,
        case when not (l.is_total or l.is_repeat) then nullif(concat_ws(',',
            case when enterprise_ref is null and not 'enterprise_ref' = any(unread) then 'C01:enterprise_ref' end,
            case when legal_name is null and not 'legal_name' = any(unread) then 'C01:legal_name' end,
            case when l.country is null and not 'country' = any(unread) then 'C01:country' end,
            case when isic_class is null and not 'isic_class' = any(unread) then 'C01:isic_class' end,
            case when value_chain is null and not 'value_chain' = any(unread) then 'C01:value_chain' end,
            case when size_class is null and not 'size_class' = any(unread) then 'C01:size_class' end,
            case when joined_on is null and not 'joined_on' = any(unread) then 'C01:joined_on' end,
            case when is_key_taken then 'R04:enterprise_ref' end,
            case when not tax_id_is_valid then 'E03:tax_id' end,
            case when tax_id is null and not 'tax_id' = any(unread) then 'E04:tax_id' end,
            case when tax_id_is_valid and first_ref is distinct from enterprise_ref then 'E05:tax_id' end,
            case
                when l.territory_code is null and not 'territory_code' = any(unread)
                    or l.country is not null and l.territory_code is not null and t.territory_code is null
                    then 'E07:territory_code'
            end,
            case
                when territory_name <> t.name
                    and lower(regexp_replace(normalize(territory_name, nfd), '[\u0300-\u036f]', '', 'g'))
                    <> lower(regexp_replace(normalize(t.name, nfd), '[\u0300-\u036f]', '', 'g'))
                    then 'E08:territory_name'
            end,
            case when joined_on < project_start or joined_on > period_end then 'E10:joined_on' end
        ), '') end
    ] as broken
    from (
        select *, first_value(enterprise_ref) over (
            partition by submission_id, country, tax_id, is_total or is_repeat or not coalesce(tax_id_is_valid, false)
            order by row_number
        ) as first_ref
        from enterprise_rows
    ) as l
    left join reference.territories as t on t.country = l.country and t.territory_code = l.territory_code
),

training_repeats as (
    select *, not is_total and row_number() over (
        partition by submission_id, is_total, hash_record_extended(row(
            enterprise_ref, topic, activity, start_date, end_date, hours, women, men, evidence_grade, evidence_ref,
            case when unread <> '{}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
        ), 0) order by row_number
    ) > 1 as is_repeat
    from (
        select r.*, s.period_start, s.period_end, s.knows_enterprises,
            coalesce(enterprise_ref ~ (select words from notes), true)
            and num_nonnulls(topic, start_date, end_date, evidence_grade) = 0
            and not unread && array['enterprise_ref', 'topic', 'start_date', 'end_date'] as is_total
        from raw.training as r
        inner join sheets as s on s.submission_id = r.submission_id and s.sheet = 'training'
    ) as l
),

training as (
    select l.submission_id, row_number, is_total, is_repeat, array[
        case when l.is_total then 'R05:' end,
        case when l.is_repeat then 'R01:' end,
        case when not (l.is_total or l.is_repeat) then nullif(concat_ws(',',
            case when l.enterprise_ref is null and not 'enterprise_ref' = any(unread) then 'C01:enterprise_ref' end,
            case when topic is null and not 'topic' = any(unread) then 'C01:topic' end,
            case when activity is null and not 'activity' = any(unread) then 'C01:activity' end,
            case when start_date is null and not 'start_date' = any(unread) then 'C01:start_date' end,
            case when end_date is null and not 'end_date' = any(unread) then 'C01:end_date' end,
            case when hours is null and not 'hours' = any(unread) then 'C01:hours' end,
            case
                when has_key and row_number() over (
                    partition by l.submission_id, has_key, l.enterprise_ref, topic, activity, start_date order by row_number
                ) > 1 then 'R04:enterprise_ref'
            end,
            case
                when knows_enterprises and l.enterprise_ref is not null and e.enterprise_ref is null
                    then 'R02:enterprise_ref'
            end,
            case when start_date > period_end then 'T01:start_date' end,
            case when end_date < period_start and (end_date < start_date) is not true then 'T02:end_date' end,
            case when end_date < start_date then 'T03:end_date' end,
            case when hours = 0 or hours > 2000 then 'T04:hours' end,
            case
                when coalesce(women, 0) = 0 and coalesce(men, 0) = 0 and not unread && array['women', 'men'] then 'T05:women'
            end
        ), '') end
    ] as broken
    from (
        select *, not is_total and not is_repeat
            and num_nulls(enterprise_ref, topic, activity, start_date) = 0
            and not unread && array['enterprise_ref', 'topic', 'activity', 'start_date'] as has_key
        from training_repeats
    ) as l
    left join listed as e on e.submission_id = l.submission_id and e.enterprise_ref = l.enterprise_ref
),

practices_repeats as (
    select *, not is_total and row_number() over (
        partition by submission_id, is_total, hash_record_extended(row(
            enterprise_ref, practice, status, since_date, resource, unit, baseline_value, current_value, evidence_grade,
            evidence_ref,
            case when unread <> '{}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
        ), 0) order by row_number
    ) > 1 as is_repeat
    from (
        select r.*, s.period_end, s.knows_enterprises,
            coalesce(enterprise_ref ~ (select words from notes), true)
            and num_nonnulls(practice, status, since_date, resource, evidence_grade) = 0
            and not unread && array['enterprise_ref', 'practice', 'status', 'since_date']
                as is_total
        from raw.practices as r
        inner join sheets as s on s.submission_id = r.submission_id and s.sheet = 'practices'
    ) as l
),

practices as (
    select l.submission_id, row_number, is_total, is_repeat, array[
        case when l.is_total then 'R05:' end,
        case when l.is_repeat then 'R01:' end,
        case when not (l.is_total or l.is_repeat) then nullif(concat_ws(',',
            case when l.enterprise_ref is null and not 'enterprise_ref' = any(unread) then 'C01:enterprise_ref' end,
            case when practice is null and not 'practice' = any(unread) then 'C01:practice' end,
            case when status is null and not 'status' = any(unread) then 'C01:status' end,
            case
                when has_key and row_number() over (
                    partition by l.submission_id, has_key, l.enterprise_ref, practice order by row_number
                ) > 1 then 'R04:enterprise_ref'
            end,
            case
                when knows_enterprises and l.enterprise_ref is not null and e.enterprise_ref is null
                    then 'R02:enterprise_ref'
            end,
            case when status = 'in_use' and since_date is null and not 'since_date' = any(unread) then 'P01:since_date' end,
            case when status = 'in_use' and since_date > period_end then 'P02:since_date' end,
            case
                when num_nonnulls(resource, unit, baseline_value, current_value) between 1 and 3
                    and not unread && array['resource', 'unit', 'baseline_value', 'current_value']
                    then 'P03:' || case
                        when resource is null then 'resource'
                        when unit is null then 'unit'
                        when baseline_value is null then 'baseline_value'
                        else 'current_value'
                    end
            end
        ), '') end
    ] as broken
    from (
        select *, not is_total and not is_repeat and num_nulls(enterprise_ref, practice) = 0
            and not unread && array['enterprise_ref', 'practice'] as has_key
        from practices_repeats
    ) as l
    left join listed as e on e.submission_id = l.submission_id and e.enterprise_ref = l.enterprise_ref
),

jobs_repeats as (
    select *, not is_total and row_number() over (
        partition by submission_id, is_total, hash_record_extended(row(
            enterprise_ref, job_category, sex, age_group, green_basis, decent_work, baseline_headcount, current_headcount,
            maintained_headcount, baseline_fte, current_fte, maintained_fte, evidence_grade, evidence_ref,
            case when unread <> '{}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
        ), 0) order by row_number
    ) > 1 as is_repeat
    from (
        select r.*, s.knows_enterprises,
            coalesce(enterprise_ref ~ (select words from notes), true)
            and num_nonnulls(job_category, sex, age_group, green_basis, decent_work, evidence_grade) = 0
            and not unread && array['enterprise_ref', 'job_category', 'sex', 'age_group'] as is_total
        from raw.jobs as r
        inner join sheets as s on s.submission_id = r.submission_id and s.sheet = 'jobs'
    ) as l
),

sizes as materialized (
    select submission_id, enterprise_ref,
        case size_class when 'micro' then 100 when 'small' then 500 when 'medium' then 2500 end as most_people
    from enterprise_rows
    where not is_total and not is_repeat and not is_key_taken
),

jobs as (
    select l.submission_id, row_number, is_total, is_repeat, array[
        case when l.is_total then 'R05:' end,
        case when l.is_repeat then 'R01:' end,
        case when not (l.is_total or l.is_repeat) then nullif(concat_ws(',',
            case when l.enterprise_ref is null and not 'enterprise_ref' = any(unread) then 'C01:enterprise_ref' end,
            case when job_category is null and not 'job_category' = any(unread) then 'C01:job_category' end,
            case when sex is null and not 'sex' = any(unread) then 'C01:sex' end,
            case when age_group is null and not 'age_group' = any(unread) then 'C01:age_group' end,
            case when baseline_headcount is null and not 'baseline_headcount' = any(unread)
                then 'C01:baseline_headcount' end,
            case when current_headcount is null and not 'current_headcount' = any(unread)
                then 'C01:current_headcount' end,
            case when maintained_headcount is null and not 'maintained_headcount' = any(unread)
                then 'C01:maintained_headcount' end,
            case when baseline_fte is null and not 'baseline_fte' = any(unread) then 'C01:baseline_fte' end,
            case when current_fte is null and not 'current_fte' = any(unread) then 'C01:current_fte' end,
            case when maintained_fte is null and not 'maintained_fte' = any(unread) then 'C01:maintained_fte' end,
            case
                when has_key and row_number() over (
                    partition by
                        l.submission_id, has_key, l.enterprise_ref, job_category, sex, age_group, green_basis, decent_work
                    order by row_number
                ) > 1 then 'R04:enterprise_ref'
            end,
            case
                when knows_enterprises and l.enterprise_ref is not null and e.enterprise_ref is null
                    then 'R02:enterprise_ref'
            end,
            case when maintained_headcount > baseline_headcount or maintained_headcount > current_headcount
                then 'J02:maintained_headcount' end,
            case when maintained_fte > baseline_fte or maintained_fte > current_fte then 'J03:maintained_fte' end,
            case when baseline_fte > 1.25 * baseline_headcount then 'J04:baseline_fte' end,
            case when current_fte > 1.25 * current_headcount then 'J04:current_fte' end,
            case when maintained_fte > 1.25 * maintained_headcount then 'J04:maintained_fte' end,
            case when baseline_headcount > o.most_people then 'J05:baseline_headcount' end,
            case when current_headcount > o.most_people then 'J05:current_headcount' end
        ), '') end
    ] as broken
    from (
        select *, not is_total and not is_repeat and num_nulls(enterprise_ref, job_category, sex, age_group) = 0
            and not unread && array[
                'enterprise_ref', 'job_category', 'sex', 'age_group', 'green_basis', 'decent_work'
            ] as has_key
        from jobs_repeats
    ) as l
    left join listed as e on e.submission_id = l.submission_id and e.enterprise_ref = l.enterprise_ref
    left join sizes as o
        on l.knows_enterprises and o.submission_id = l.submission_id and o.enterprise_ref = l.enterprise_ref
),

standards_repeats as (
    select *, not is_total and row_number() over (
        partition by submission_id, is_total, hash_record_extended(row(
            enterprise_ref, standard, scope, status, certificate_no, certifier, valid_from, valid_to, group_role,
            evidence_grade, evidence_ref,
            case when unread <> '{}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
        ), 0) order by row_number
    ) > 1 as is_repeat
    from (
        select r.*, s.period_end, s.knows_enterprises,
            coalesce(enterprise_ref ~ (select words from notes), true)
            and num_nonnulls(standard, status, certificate_no, valid_from, valid_to, group_role, evidence_grade) = 0
            and not unread && array[
                'enterprise_ref', 'standard', 'status', 'certificate_no', 'valid_from', 'valid_to', 'group_role'
            ] as is_total
        from raw.standards as r
        inner join sheets as s on s.submission_id = r.submission_id and s.sheet = 'standards'
    ) as l
),

standards as (
    select l.submission_id, row_number, is_total, is_repeat, array[
        case when l.is_total then 'R05:' end,
        case when l.is_repeat then 'R01:' end,
        case when not (l.is_total or l.is_repeat) then nullif(concat_ws(',',
            case when l.enterprise_ref is null and not 'enterprise_ref' = any(unread) then 'C01:enterprise_ref' end,
            case when l.standard is null and not 'standard' = any(unread) then 'C01:standard' end,
            case when status is null and not 'status' = any(unread) then 'C01:status' end,
            case
                when has_key and row_number() over (
                    partition by l.submission_id, has_key, l.enterprise_ref, l.standard, scope, certificate_no
                    order by row_number
                ) > 1 then 'R04:enterprise_ref'
            end,
            case
                when knows_enterprises and l.enterprise_ref is not null and e.enterprise_ref is null
                    then 'R02:enterprise_ref'
            end,
            case
                when status in ('implemented', 'certified') and valid_from is null and not 'valid_from' = any(unread)
                    then 'N01:valid_from'
            end,
            case
                when status = 'certified' and certificate_no is null and not 'certificate_no' = any(unread)
                    then 'N02:certificate_no'
            end,
            case
                when valid_to < valid_from then 'N03:valid_to'
                when status in ('implemented', 'certified') and valid_from > period_end then 'N04:valid_from'
                when status in ('implemented', 'certified') and valid_to < period_end then 'N04:valid_to'
            end,
            case when valid_from < k.available_from or valid_from > k.available_until then 'N05:valid_from' end
        ), '') end
    ] as broken
    from (
        select *, not is_total and not is_repeat and num_nulls(enterprise_ref, standard) = 0
            and not unread && array['enterprise_ref', 'standard', 'scope', 'certificate_no'] as has_key
        from standards_repeats
    ) as l
    left join listed as e on e.submission_id = l.submission_id and e.enterprise_ref = l.enterprise_ref
    left join reference.standards as k on k.standard = l.standard
),

sales_repeats as (
    select *, not is_total and row_number() over (
        partition by submission_id, is_total, hash_record_extended(row(
            enterprise_ref, baseline_start, baseline_end, baseline_amount, current_start, current_end, current_amount,
            currency, evidence_grade, evidence_ref,
            case when unread <> '{}' then (select jsonb_object_agg(u, received -> u) from unnest(unread) as u) end
        ), 0) order by row_number
    ) > 1 as is_repeat
    from (
        select r.*, s.period_end, s.knows_enterprises,
            coalesce(enterprise_ref ~ (select words from notes), true)
            and num_nonnulls(baseline_start, baseline_end, current_start, current_end, currency, evidence_grade) = 0
            and not unread && array[
                'enterprise_ref', 'baseline_start', 'baseline_end', 'current_start', 'current_end', 'currency'
            ] as is_total
        from raw.sales as r
        inner join sheets as s on s.submission_id = r.submission_id and s.sheet = 'sales'
    ) as l
),

sales_rows as materialized (
    select l.*, o.country, h.currency as own_currency
    from sales_repeats as l
    left join enterprise_rows as o
        on l.knows_enterprises and o.submission_id = l.submission_id and o.enterprise_ref = l.enterprise_ref
        and not o.is_total and not o.is_repeat and not o.is_key_taken
    left join reference.countries as h on h.country = o.country
),

lacking as materialized (
    select w.*, (
        select count(*) from reference.cpi_annual as i
        where i.country = w.country and i.year between extract(year from first_day) and extract(year from last_day)
    ) <= extract(year from last_day) - extract(year from first_day) or (
        currency is not null and (
            select count(*) from reference.fx_monthly as f
            where f.currency = w.currency
                and f.month between to_char(first_day, 'YYYY-MM') and to_char(last_day, 'YYYY-MM')
        ) <= 12 * (extract(year from last_day) - extract(year from first_day))
            + extract(month from last_day) - extract(month from first_day)
    ) as is_lacking
    from (
        select distinct country, currency, v.first_day, v.last_day
        from sales_rows
        cross join lateral (
            values (baseline_start, baseline_end), (current_start, current_end)
        ) as v (first_day, last_day)
        where country is not null and v.first_day <= v.last_day
    ) as w
),

rates as materialized (
    select w.*, (
        select case
            when count(*) > 12 * (extract(year from last_day) - extract(year from first_day))
                + extract(month from last_day) - extract(month from first_day)
                then avg(f.units_per_eur)
        end
        from reference.fx_monthly as f
        where f.currency = w.currency and f.month between to_char(first_day, 'YYYY-MM') and to_char(last_day, 'YYYY-MM')
    ) as units_per_eur
    from (
        select distinct currency, v.first_day, v.last_day
        from sales_rows
        cross join lateral (
            values (baseline_start, baseline_end), (current_start, current_end)
        ) as v (first_day, last_day)
        where currency is not null and v.first_day <= v.last_day
    ) as w
),

sales as (
    select l.submission_id, row_number, is_total, is_repeat, array[
        case when l.is_total then 'R05:' end,
        case when l.is_repeat then 'R01:' end,
        case when not (l.is_total or l.is_repeat) then nullif(concat_ws(',',
            case when l.enterprise_ref is null and not 'enterprise_ref' = any(unread) then 'C01:enterprise_ref' end,
            case when baseline_start is null and not 'baseline_start' = any(unread) then 'C01:baseline_start' end,
            case when baseline_end is null and not 'baseline_end' = any(unread) then 'C01:baseline_end' end,
            case when current_start is null and not 'current_start' = any(unread) then 'C01:current_start' end,
            case when current_end is null and not 'current_end' = any(unread) then 'C01:current_end' end,
            case when current_amount is null and not 'current_amount' = any(unread) then 'C01:current_amount' end,
            case when l.currency is null and not 'currency' = any(unread) then 'C01:currency' end,
            case
                when has_key and row_number() over (
                    partition by l.submission_id, has_key, l.enterprise_ref order by row_number
                ) > 1 then 'R04:enterprise_ref'
            end,
            case
                when knows_enterprises and l.enterprise_ref is not null and e.enterprise_ref is null
                    then 'R02:enterprise_ref'
            end,
            case when baseline_amount is null and not 'baseline_amount' = any(unread) then 'S01:baseline_amount' end,
            case when baseline_end - baseline_start not between 361 and 368 then 'S02:baseline_end' end,
            case when current_end - current_start not between 361 and 368 then 'S02:current_end' end,
            case
                when abs(extract(doy from baseline_start) - extract(doy from current_start)) between 4 and 361
                    then 'S03:current_start'
            end,
            case when current_start <= baseline_end then 'S04:current_start' end,
            case when current_end > period_end then 'S05:current_end' end,
            case
                when baseline_amount > 0
                    and (current_amount >= 10 * baseline_amount or current_amount * 10 <= baseline_amount)
                    then 'S06:current_amount'
            end,
            case
                when l.country is not null and l.currency not in (own_currency, 'USD', 'EUR') then 'S07:currency'
            end,
            case when b.is_lacking or c.is_lacking then 'S08:currency' end,
            case when baseline_amount > 0 and baseline_amount not between 100 * f.units_per_eur and 5e7 * f.units_per_eur
                then 'S09:baseline_amount' end,
            case when current_amount > 0 and current_amount not between 100 * g.units_per_eur and 5e7 * g.units_per_eur
                then 'S09:current_amount' end
        ), '') end
    ] as broken
    from (
        select *, not is_total and not is_repeat and enterprise_ref is not null
            and not 'enterprise_ref' = any(unread) as has_key
        from sales_rows
    ) as l
    left join listed as e on e.submission_id = l.submission_id and e.enterprise_ref = l.enterprise_ref
    left join lacking as b
        on b.country = l.country and b.currency is not distinct from l.currency
        and b.first_day = baseline_start and b.last_day = baseline_end
    left join lacking as c
        on c.country = l.country and c.currency is not distinct from l.currency
        and c.first_day = current_start and c.last_day = current_end
    left join rates as f
        on f.currency = l.currency and f.first_day = baseline_start and f.last_day = baseline_end
    left join rates as g
        on g.currency = l.currency and g.first_day = current_start and g.last_day = current_end
),

judged as materialized (
    select 'enterprises' as sheet, * from enterprises where is_total or is_repeat or cardinality(array_remove(broken, null)) > 0
    union all
    select 'training', * from training where is_total or is_repeat or cardinality(array_remove(broken, null)) > 0
    union all
    select 'practices', * from practices where is_total or is_repeat or cardinality(array_remove(broken, null)) > 0
    union all
    select 'jobs', * from jobs where is_total or is_repeat or cardinality(array_remove(broken, null)) > 0
    union all
    select 'standards', * from standards where is_total or is_repeat or cardinality(array_remove(broken, null)) > 0
    union all
    select 'sales', * from sales where is_total or is_repeat or cardinality(array_remove(broken, null)) > 0
)

select * from file_findings
union all
select j.submission_id, split_part(b, ':', 1), j.sheet, j.row_number, nullif(split_part(b, ':', 2), '')
from judged as j cross join lateral unnest(string_to_array(array_to_string(j.broken, ','), ',')) as b
union all
select f.submission_id, f.rule, f.sheet, f.row_number, f.column_name
from raw.reading_finding as f
inner join sheets as s on s.submission_id = f.submission_id and s.sheet = f.sheet
left join judged as j
    on j.submission_id = f.submission_id and j.sheet = f.sheet and j.row_number = f.row_number and (j.is_total or j.is_repeat)
where f.rule not like 'F%' and j.row_number is null
