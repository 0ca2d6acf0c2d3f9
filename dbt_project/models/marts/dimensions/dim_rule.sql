{{ config(tags=['follows_code']) }}

select
    rules.rule,
    rules.sheet,
    rules.severity,
    nullif(rules."column", '') as named_column,
    -- Readers of the marts have no pages of the contract to be sent to.
    regexp_replace(rules.what_it_says, ' [(]see [a-z_]+[.]md[)]', '', 'g') as what_it_says,
    coalesce(labels.label_es, rules.what_it_says) as label_es,
    coalesce(labels.label_pt, rules.what_it_says) as label_pt,
    coalesce(labels.label_en, rules.what_it_says) as label_en
from {{ ref('rules') }} as rules
left join {{ ref('labels') }} as labels on labels.code_list = 'rule' and rules.rule = labels.code
where rules.life = 'enforced'  -- what a rule in shadow finds is not in the marts
