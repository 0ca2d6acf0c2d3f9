select distinct
    project_code,
    institution,
    institution_role
from {{ ref('stg_project_institutions') }}
