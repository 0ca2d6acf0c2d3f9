select
    project_code,
    institution,
    role as institution_role
from {{ source('registry', 'project_institutions') }}
