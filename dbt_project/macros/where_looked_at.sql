{# The rows that a data test checks: 'touched', in a batch, those of the sessions in its change set;
   'all', at night, every row. What could not be derived keeps its last good rows, and is excluded
   by the columns of `scope`. #}
{% macro where_looked_at(rows, scope=['organization_id', 'session_id']) -%}
    where ({{ scope | join(', ') }}) not in (
        select {{ prefixed('failures', scope) }}
        from {{ ref('stg_pipeline__failures') }} as failures
        where failures.{{ scope[-1] }} is not null
    )
    {%- if rows == 'touched' %}
        and (organization_id, session_id) in (
            select touched.organization_id, touched.session_id
            from {{ ref('int_touched_sessions') }} as touched
        )
    {%- endif -%}
{%- endmacro %}
