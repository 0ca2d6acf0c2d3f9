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
        trained.period,
        placed.scope_type,
        placed.scope_code,
        training.topic,
        trained.enterprise_key,
        practising.enterprise_key as practising_key
    from marts.counted_row as trained
    -- The key of an enterprise as of an earlier period may be another than that of its rows today.
    inner join marts.dim_enterprise as known on trained.enterprise_key = known.enterprise_key
    inner join marts.fct_training as training
        on
            trained.project_code = training.project_code
            and known.current_enterprise_key = training.enterprise_key
            and training.period <= trained.period
            and training.start_date <= trained.period_end
            and training.is_valid
    cross join lateral (
        values
        ('programme', 'all'),
        ('country', trained.country),
        ('pillar', trained.pillar),
        ('value_chain', trained.value_chain),
        ('project', trained.project_code)
    ) as placed (scope_type, scope_code)
    left join (
        select distinct period, enterprise_key
        from marts.counted_row
        where kpi = 'msmes_practices'
    ) as practising
        on trained.period = practising.period and trained.enterprise_key = practising.enterprise_key
    where trained.kpi = 'msmes_trained' and placed.scope_code is not null
) as figure
{scope_joins}
left join marts.dim_code as topic on topic.code_list = 'topic' and figure.topic = topic.code
