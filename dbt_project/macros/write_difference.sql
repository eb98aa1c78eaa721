{#
    How the news of an incremental model is written.

    Rows of the news that are the same as before stay untouched; rows that differ are deleted and
    inserted; rows that the news no longer yields are deleted. Deleting by the touched set, not by
    the new rows' keys, is what takes away an activity whose reason is gone. Columns in
    `meta.stamps` (a row's time of change) are not compared. `meta.notes_months` names columns of
    the rows that are written and deleted, for pipeline.changed_months.
#}
{% macro get_incremental_write_difference_sql(arg_dict) -%}
    {%- set target, fresh = arg_dict.target_relation, arg_dict.temp_relation -%}
    {%- set keys = arg_dict.unique_key -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set stamps = (config.get('meta') or {}).get('stamps', []) -%}
    {%- set compared = columns | reject('in', stamps) | list -%}
    {%- set delete_others %}
    delete from {{ target }} as old
    where ({{ prefixed('old', news_scope()) }}) in ({{ news(news_kind(), news_scope()) }})
        and not exists (
            select from {{ fresh }} as new
            where ({{ prefixed('new', keys) }}) = ({{ prefixed('old', keys) }})
                and ({{ prefixed('new', compared) }})
                    is not distinct from ({{ prefixed('old', compared) }})
        )
    {%- endset %}
    {%- set insert_new %}
    insert into {{ target }} ({{ columns | join(', ') }})
    select {{ prefixed('new', columns) }}
    from {{ fresh }} as new
    where not exists (
        select from {{ target }} as old
        where ({{ prefixed('old', keys) }}) = ({{ prefixed('new', keys) }})
    )
    {%- endset %}
    {{ noting_months(delete_others) }};
    {{ noting_months(insert_new) }}
{%- endmacro %}

{# A statement, and a note of the months whose rows it changes. #}
{% macro noting_months(statement) -%}
    {%- set noted = (config.get('meta') or {}).get('notes_months') -%}
    {%- if not noted -%}
    {{ statement }}
    {%- else -%}
    with changed as (
        {{ statement }}
        returning organization_id, {{ noted | join(', ') }}, month
    )
    insert into pipeline.changed_months (organization_id, {{ noted | join(', ') }}, month, batch)
    select distinct
        organization_id, {{ noted | join(', ') }}, month, {{ current_batch() }}::bigint
    from changed
    {%- endif -%}
{%- endmacro %}

{% macro prefixed(alias, columns) -%}
    {%- for column in columns %}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
