select
    counted.submission_id, deliveries.file_name, deliveries.period, counted.sheet, count(*) as row_count,
    sum(counted.contribution) as contribution
from marts.counted_row_on(:day) as counted
inner join ops.submission as deliveries using (submission_id)
where
    counted.kpi = :kpi and counted.period = :period
    and case :scope_type
        when 'programme' then counted.counts_in_programme
        when 'country' then counted.counts_in_country and counted.country = :scope_code
        when 'pillar' then counted.counts_in_pillar and counted.pillar = :scope_code
        when 'value_chain' then counted.counts_in_value_chain and counted.value_chain = :scope_code
        when 'project' then counted.project_code = :scope_code
    end
group by counted.submission_id, deliveries.file_name, deliveries.period, counted.sheet
order by counted.submission_id, counted.sheet
