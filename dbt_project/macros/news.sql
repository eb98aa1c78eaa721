{#
    What is new for a model.

    `meta.news` of a model says which sessions it has to derive again (where_news names it once
    more, because dbt does not know a model's meta while it parses):
    - `landed`: those with an event that was landed or changed since the model's last batch;
    - `landed_or_due`: those, and the ones whose 24 hours without an `ended` event are over;
    - `touched`: those of int_touched_sessions, which adds what a change of settings concerns.

    An import CTE of a whole table that is read more than once says `not materialized`: Postgres
    would otherwise write the whole history aside in every batch, and find nothing in it by an
    index.
#}

{% macro where_news(kind='touched') -%}
    {%- if execute and kind != news_kind() -%}
        {{ exceptions.raise_compiler_error(
            "meta.news of " ~ model.name ~ " is " ~ news_kind() ~ ", not " ~ kind
        ) }}
    {%- endif -%}
    {%- if is_incremental() or not execute %}
    where (organization_id, session_id) in ({{ news(kind) }})
    {%- endif -%}
{%- endmacro %}

{% macro news_kind() -%}
    {{ return((config.get('meta') or {}).get('news', 'touched')) }}
{%- endmacro %}

{% macro news(kind) -%}
    {%- if kind == 'touched' %}
        select touched.organization_id, touched.session_id
        from {{ ref('int_touched_sessions') }} as touched
        where touched.batch > {{ progress() }}
    {%- else %}
        select landed.organization_id, landed.session_id
        from {{ ref('stg_zoom__events') }} as landed
        where landed.batch > {{ progress() }} and landed.session_id is not null
        {%- if kind == 'landed_or_due' %}
        union all
        select due.organization_id, due.session_id
        from {{ this }} as due
        where due.ended_at is null and due.due_at <= {{ batch_time() }}
        {%- endif %}
    {%- endif %}
{%- endmacro %}
