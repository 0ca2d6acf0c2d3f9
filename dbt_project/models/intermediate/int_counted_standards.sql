-- Standards in force at the period's end, by report; one row a standards row that counts, group holders aside.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

in_force as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        refs.submission_id,
        standards.row_number,
        standards.standard,
        kinds.kind as standard_kind,
        standards.certificate_no,
        standards.group_role,
        standards.evidence_grade as grade,
        {{ is_certified('standards', 'kinds') }} as is_certified
    from {{ ref('int_report_refs') }} as refs
    inner join {{ ref('int_standard_rows') }} as standards
        on
            refs.project_code = standards.project_code
            and refs.submission_id = standards.submission_id
            and refs.enterprise_ref = standards.enterprise_ref
            and {{ is_in_force('standards', 'refs.as_of_date') }}
    left join {{ ref('standards') }} as kinds on standards.standard = kinds.standard

),

held_for_others as (

    -- A holder's certificate belongs to the members reported beside it, whoever they are as of the period.
    select distinct
        in_force.as_of_period,
        in_force.project_code,
        in_force.submission_id,
        in_force.row_number
    from in_force
    inner join {{ ref('int_standard_rows') }} as members
        on
            in_force.project_code = members.project_code
            and in_force.submission_id = members.submission_id
            and in_force.certificate_no = members.certificate_no
            and members.group_role = 'member'
            and members.is_valid
    inner join {{ ref('int_enterprise_identities') }} as identities
        on
            in_force.as_of_period = identities.as_of_period
            and in_force.project_code = identities.project_code
            and members.enterprise_ref = identities.enterprise_ref
            and in_force.enterprise_key != identities.enterprise_key
    where in_force.group_role = 'holder'

)

select
    in_force.as_of_period,
    in_force.project_code,
    in_force.enterprise_key,
    in_force.submission_id,
    in_force.row_number,
    in_force.standard,
    in_force.standard_kind,
    in_force.group_role,
    in_force.grade,
    in_force.is_certified,
    row_number() over (
        partition by in_force.enterprise_key, in_force.as_of_period, in_force.project_code
        order by in_force.grade, in_force.row_number
    ) = 1 as is_leading,
    in_force.is_certified
    and row_number() over (
        partition by in_force.enterprise_key, in_force.as_of_period, in_force.project_code
        order by in_force.is_certified desc, in_force.grade, in_force.row_number
    ) = 1 as is_leading_certified
from in_force
left join held_for_others
    on
        in_force.as_of_period = held_for_others.as_of_period
        and in_force.project_code = held_for_others.project_code
        and in_force.submission_id = held_for_others.submission_id
        and in_force.row_number = held_for_others.row_number
where held_for_others.row_number is null
