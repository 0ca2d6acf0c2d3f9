select distinct
    concat_ws('/', project_code, institution, institution_role) as bridge_key,
    project_code,
    institution,
    institution_role
from {{ ref('stg_project_institutions') }}
