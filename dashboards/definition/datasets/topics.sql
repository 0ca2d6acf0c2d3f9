-- Enterprises trained in a topic, and those of them that have a practice in use. An enterprise is in every topic it was
-- trained in.
select
    {scope_columns},
    figure.topic,
    topic.label_{language} as topic_label,
    figure.enterprise_count,
    figure.with_practice
from marts.enterprise_topic as figure
{scope_joins}
left join marts.dim_code as topic on topic.code_list = 'topic' and figure.topic = topic.code
