-- What the people who work are filtered by: every sex and age that a report tells of.
select
    sex.label_{language} as sex,
    age.label_{language} as age_group
from (
    select distinct
        counted.sex,
        counted.age_group
    from marts.result_summary as counted
    where counted.unit = 'people'
) as figure
left join marts.dim_code as sex on sex.code_list = 'sex' and figure.sex = sex.code
left join marts.dim_code as age on age.code_list = 'age_group' and figure.age_group = age.code
