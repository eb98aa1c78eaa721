{#
    Writes the change set of a model.

    Identical rows are not rewritten; rows that differ are deleted and inserted; rows that are no
    longer derived are deleted. Deleting by the change set, not by the new rows' keys, is what
    removes an activity that no longer has a reason. Columns in `meta.stamps` (a row's time of
    change) are not compared. `meta.notes_periods` names the columns of written and deleted rows
    that are recorded in pipeline.changed_periods, if these are the live tables.

    Each statement returns the number of rows it changed. The new rows are sorted because a sort
    starts only when the search for old rows is over: 37,000 rows into an empty table took 9 s while
    Postgres searched among the rows it was writing.
#}
{% macro deletion_of_others(target, columns) -%}
    {%- set stamps = (config.get('meta') or {}).get('stamps', []) -%}
    {%- set compared = columns | reject('in', stamps) | list -%}
    {%- set keys = config.get('unique_key') -%}
    {%- call counting_changes() %}
    delete from {{ target }} as old
    where ({{ prefixed('old', news_scope()) }}) in (
            select {{ prefixed('news', news_scope()) }} from pg_temp.news
        )
        and not exists (
            select from pg_temp.fresh as new
            where ({{ prefixed('new', keys) }}) = ({{ prefixed('old', keys) }})
                and ({{ prefixed('new', compared) }})
                    is not distinct from ({{ prefixed('old', compared) }})
        )
    {%- endcall %}
{%- endmacro %}

{% macro insertion_of_new(target, columns) -%}
    {%- set keys = config.get('unique_key') -%}
    {%- call counting_changes() %}
    insert into {{ target }} ({{ columns | join(', ') }})
    select {{ prefixed('new', columns) }}
    from pg_temp.fresh as new
    where not exists (
        select from {{ target }} as old
        where ({{ prefixed('old', keys) }}) = ({{ prefixed('new', keys) }})
    )
    order by {{ prefixed('new', keys) }}
    {%- endcall %}
{%- endmacro %}

{# Wraps a statement: counts the rows it changes, and records their periods. #}
{% macro counting_changes() -%}
    {%- set noted = (config.get('meta') or {}).get('notes_periods') if is_live() -%}
    with changed as (
        {{ caller() }}
        returning {{ 'organization_id, ' ~ noted | join(', ') if noted else '1' }}
    )
    {%- if noted %},

    noted as (
        insert into {{ source('pipeline', 'changed_periods') }}
            (organization_id, {{ noted | join(', ') }}, batch)
        select distinct
            organization_id, {{ noted | join(', ') }}, {{ current_batch() }}::bigint
        from changed
    )
    {%- endif %}
    select count(*) from changed
{%- endmacro %}

{% macro prefixed(alias, columns) -%}
    {%- for column in columns %}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
