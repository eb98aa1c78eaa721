{#
    How the news of an incremental model is written.

    Rows of the news that are the same as before stay untouched; rows that differ are deleted and
    inserted; rows that their session no longer yields are deleted. Deleting by the touched set, not
    by the new rows' keys, is what takes away an activity whose reason is gone. Columns in
    `meta.stamps` (a row's time of change) are not compared.
#}
{% macro get_incremental_write_difference_sql(arg_dict) -%}
    {%- set target, fresh = arg_dict.target_relation, arg_dict.temp_relation -%}
    {%- set keys = arg_dict.unique_key -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set stamps = (config.get('meta') or {}).get('stamps', []) -%}
    {%- set compared = columns | reject('in', stamps) | list %}
    delete from {{ target }} as old
    where (old.organization_id, old.session_id) in ({{ news(news_kind()) }})
        and not exists (
            select from {{ fresh }} as new
            where ({{ prefixed('new', keys) }}) = ({{ prefixed('old', keys) }})
                and ({{ prefixed('new', compared) }})
                    is not distinct from ({{ prefixed('old', compared) }})
        );
    insert into {{ target }} ({{ columns | join(', ') }})
    select {{ prefixed('new', columns) }}
    from {{ fresh }} as new
    where not exists (
        select from {{ target }} as old
        where ({{ prefixed('old', keys) }}) = ({{ prefixed('new', keys) }})
    )
{%- endmacro %}

{% macro prefixed(alias, columns) -%}
    {%- for column in columns %}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
