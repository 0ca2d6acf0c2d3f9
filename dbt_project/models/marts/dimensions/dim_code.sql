-- That a code is in its list once is said to the planner, too: it leaves out labels that a question does not ask for.
{{ config(tags=['follows_code'], indexes=[{'columns': ['code_list', 'code'], 'unique': true}]) }}

select
    code_list || ':' || code as code_key,
    code_list,
    code,
    turn,
    label_es,
    label_pt,
    label_en
from {{ ref('labels') }}
