-- Enterprises trained in a topic, and those of them that have a practice in use. An enterprise is in every topic it was
-- trained in.
select
    {scope_columns},
    figure.topic,
    topic.label_{language} as topic_label,
    figure.enterprise_key,
    figure.practising_key
from (
    select
        placed.period,
        scope.scope_type,
        scope.scope_code,
        training.topic,
        placed.enterprise_key,
        case when placed.is_practising then placed.enterprise_key end as practising_key
    from (
        select
            counted.*,
            bool_or(counted.kpi = 'msmes_practices') over (
                partition by counted.period, counted.enterprise_key
            ) as is_practising
        from marts.counted_row as counted
        where counted.kpi in ('msmes_trained', 'msmes_practices')
    ) as placed
    inner join marts.dim_scope as scope on {in_scope}
    -- The key of an enterprise as of an earlier period may be another than that of its rows today.
    inner join marts.dim_enterprise as known on placed.enterprise_key = known.enterprise_key
    inner join marts.fct_training as training
        on
            placed.project_code = training.project_code
            and known.current_enterprise_key = training.enterprise_key
            and training.period <= placed.period
            and training.start_date <= placed.period_end
            and training.is_valid
    where placed.kpi = 'msmes_trained'
) as figure
{scope_joins}
left join marts.dim_code as topic on topic.code_list = 'topic' and figure.topic = topic.code
