select
    rule,
    sheet,
    severity,
    nullif("column", '') as named_column,
    what_it_says
from {{ ref('rules') }}
