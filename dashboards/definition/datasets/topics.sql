-- Enterprises trained in a topic, and those of them that have a practice in use.
select
    figure.period,
    figure.scope_type,
    figure.scope_code,
    {scope_label} as scope,
    figure.topic,
    topic.label_{language} as topic_label,
    figure.enterprise_key,
    figure.practising_key
from (
    select distinct
        trained.period,
        scope.scope_type,
        scope.scope_code,
        trained.item as topic,
        trained.enterprise_key,
        practising.enterprise_key as practising_key
    from marts.counted_row as trained
    cross join lateral (
        values
        ('programme', 'all'),
        ('country', trained.country),
        ('pillar', trained.pillar),
        ('value_chain', trained.value_chain),
        ('project', trained.project_code)
    ) as scope (scope_type, scope_code)
    left join marts.counted_row as practising
        on
            trained.period = practising.period
            and practising.kpi = 'msmes_practices'
            and trained.enterprise_key = practising.enterprise_key
    where trained.kpi = 'msmes_trained' and scope.scope_code is not null
) as figure
{scope_joins}
left join marts.dim_code as topic on topic.code_list = 'topic' and figure.topic = topic.code
