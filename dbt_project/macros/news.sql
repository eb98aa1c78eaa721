{#
    The change set of a model: the keys that it has to derive again.

    `meta.news` of a model names the kind of change set (where_news repeats it, because dbt does not
    know a model's meta while it parses):
    - `landed`: sessions with an event that was landed or changed since the model's watermark;
    - `landed_or_due`: those, and sessions that reached 24 hours without an `ended` event;
    - `touched`: those of int_touched_sessions, which adds sessions affected by changed settings;
    - `changed`: the people, companies and relationships of pipeline.changed_months, and the months;
    - `changed_or_classified`: those, and the ones with newly classified addresses;
    - `organizations`: all of them, for a model that builds its change set itself.
    `meta.scope` names the key columns of the change set; the default is the key of a session.
    `meta.all_of` names the model with every key of that scope; for sessions, the landed events have
    them.

    The materialization puts the change set into `pg_temp.news`, and only these keys are derived.
    Where nothing is materialized (`dbt show`, `dbt compile`) a model returns everything; so do unit
    tests, unless they declare the model incremental.

    An import CTE of a whole table that is read more than once needs `not materialized`: otherwise
    Postgres writes the whole history to a temporary place in every batch, where no index helps. A
    view that models read has no `with`: Postgres plans such a view separately, and reads all of it,
    regardless of the join.
#}

{% macro where_news(kind='touched', scope=['organization_id', 'session_id']) -%}
    {%- set meant = (news_kind(), news_scope()) -%}
    {%- if execute and model.resource_type == 'model' and (kind, scope) != meant -%}
        {{ exceptions.raise_compiler_error(
            "where_news of " ~ model.name ~ " differs from its meta.news and meta.scope: " ~ meant
        ) }}
    {%- endif -%}
    {%- if not execute -%}
    {% set depends_on = news(kind, scope) %}
    {%- elif is_materialized() %}
    where ({{ scope | join(', ') }}) in (select {{ scope | join(', ') }} from pg_temp.news)
    {%- elif model.resource_type == 'unit_test' and is_incremental() %}
    where ({{ scope | join(', ') }}) in ({{ news(kind, scope) }})
    {%- endif -%}
{%- endmacro %}

{# Names a model that must be derived first although nothing of it is read: a session that fails
   there is excluded here too, so that all marts keep the same previous version of it. #}
{% macro derived_after(name) -%}
    {%- if not execute -%}{%- set depends_on = ref(name) -%}{%- endif -%}
{%- endmacro %}

{% macro is_materialized() -%}
    {{ return(model.resource_type == 'model' and flags.WHICH in ('run', 'build', 'retry')) }}
{%- endmacro %}

{% macro news_kind() -%}
    {{ return((config.get('meta') or {}).get('news', 'touched')) }}
{%- endmacro %}

{% macro news_scope() -%}
    {{ return((config.get('meta') or {}).get('scope', ['organization_id', 'session_id'])) }}
{%- endmacro %}

{% macro news(kind, scope) -%}
    {%- if kind == 'organizations' %}
        select organizations.organization_id from worksights.organizations
    {%- elif kind == 'touched' %}
        select {{ prefixed('touched', scope) }}
        from {{ ref('int_touched_sessions') }} as touched
        where touched.batch > {{ progress() }}
    {%- elif kind.startswith('changed') %}
        select {{ prefixed('changed', scope) }}
        from pipeline.changed_months as changed
        where changed.batch > {{ progress() }}
        {%- if kind == 'changed_or_classified' %}
        union all
        select {{ prefixed('classified', scope) }}
        from {{ ref('stg_clientsights__email_addresses') }} as classified
        where classified.batch > {{ progress() }}
        {%- endif %}
    {%- else %}
        select {{ prefixed('landed', scope) }}
        from {{ ref('stg_zoom__events') }} as landed
        where landed.batch > {{ progress() }} and landed.session_id is not null
        {%- if kind == 'landed_or_due' %}
        union all
        select {{ prefixed('due', scope) }}
        from {{ this }} as due
        where due.ended_at is null and due.due_at <= {{ batch_time() }}
        {%- endif %}
    {%- endif %}
{%- endmacro %}

{# Every key of the scope, for deriving a table in full. #}
{% macro everything(scope) -%}
    {%- set all_of = (config.get('meta') or {}).get('all_of') -%}
    {%- if all_of -%}
        select {{ prefixed('present', scope) }} from {{ ref(all_of) }} as present
    {%- elif news_kind() == 'organizations' -%}
        {{ news('organizations', scope) }}
    {%- else -%}
        select events.organization_id, events.session_id
        from zoom_raw.events
        where events.session_id is not null
    {%- endif -%}
{%- endmacro %}
