-- Business volume by report; one row a report whose sales row is assessable.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

sales_rows as (

    -- Where two enterprise_refs are one enterprise, the sales row of the lowest number is the report's.
    select distinct on (refs.enterprise_key, refs.as_of_period, refs.project_code)
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        sales.submission_id,
        sales.row_number,
        sales.evidence_grade
    from {{ ref('int_report_refs') }} as refs
    inner join {{ ref('int_sales_rows') }} as sales
        on
            refs.project_code = sales.project_code
            and refs.submission_id = sales.submission_id
            and refs.enterprise_ref = sales.enterprise_ref
            and sales.is_valid
    order by refs.enterprise_key, refs.as_of_period, refs.project_code, sales.row_number

)

select
    sales_rows.as_of_period,
    sales_rows.project_code,
    sales_rows.enterprise_key,
    sales_rows.submission_id,
    sales_rows.row_number,
    sales_rows.evidence_grade as grade,
    changes.is_increased,
    changes.volume_eur,
    changes.price_eur,
    changes.exchange_eur,
    changes.nominal_change_eur
from sales_rows
inner join {{ ref('int_sales_changes') }} as changes
    on
        sales_rows.project_code = changes.project_code
        and sales_rows.submission_id = changes.submission_id
        and sales_rows.row_number = changes.row_number
