{# The rows in which the CTE `actual` differs from the CTE `expected`, and how. Without the brackets
   sqlfluff mistakes the `from` of `is distinct from` for the clause. #}
{% macro differences(keys, columns) -%}
compared as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        case
            when actual_rows.is_there is null then 'a row is missing'
            when expected_rows.is_there is null then 'a row should not exist'
            {%- for column in columns %}
            when (actual_rows.{{ column }} is distinct from expected_rows.{{ column }})
                then '{{ column }} is not the expected value'
            {%- endfor %}
        end as what_is_wrong
    from (select *, true as is_there from actual) as actual_rows
    full join (select *, true as is_there from expected) as expected_rows
        using ({{ keys | join(', ') }})

)

select
    {{ keys | join(', ') }},
    what_is_wrong
from compared
where what_is_wrong is not null
{%- endmacro %}
