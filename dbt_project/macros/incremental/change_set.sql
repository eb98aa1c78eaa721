{#
    The change set of a model: the keys that a batch re-derives. Start here.

    An example. int_person_months has one row per person and month. It is derived from
    int_person_sessions:

        {{ config(unique_key=['organization_id', 'person_id', 'month'], …) }}
        {{ change_set(
            'changed', ['organization_id', 'person_id', 'month'], all_of='int_person_sessions'
        ) }}

        with person_sessions as (

            select * from {{ ref('int_person_sessions') }}
            {{ where_news() }}

        )

        select organization_id, person_id, month, count(*) as session_count from …

    In batch 7, Ann's session of 3 March changes. When int_person_sessions has written its rows, it
    records (acme, Ann, March) in pipeline.changed_periods for batch 7 (write_difference.sql). The
    watermark of int_person_months is 6 (progress.sql), so its change set is that one key. It is put
    into the temporary table pg_temp.news (derive_in_parts.sql), and `where_news()` becomes

        where (organization_id, person_id, month)
            in (select organization_id, person_id, month from pg_temp.news)

    The rows that this yields replace the existing rows of the same keys, if they differ. If they
    fail with a data error, Ann's March keeps its rows and is listed in pipeline.failures
    (failures.sql). Then the watermark becomes 7. materialize_incremental.sql calls these steps in
    this order; lineage.sql finds the upstream and downstream tables.

    An import CTE of a whole table that is read more than once needs `not materialized`: otherwise
    Postgres writes the whole history to a temporary place in every batch, where no index helps. A
    view that models read has no `with`: Postgres plans such a view separately, and reads all of it,
    regardless of the join.
#}

{#
    Declares the change set at the top of a model, below its config. `kind`:
    - `landed`: sessions with an event that was landed, changed or deleted since the model's
      watermark;
    - `landed_or_due`: those, and sessions that reached 24 hours without an `ended` event;
    - `touched`: those of int_touched_sessions, which adds sessions affected by changed settings. It
      needs no declaration;
    - `changed`: the people, companies, relationships and users of pipeline.changed_periods, and
      their months or days;
    - `changed_or_classified`: those, and the ones with newly classified addresses;
    - `organizations`: all of them, for a model that builds its change set itself.
    `scope` are the key columns of the change set. `all_of` names the model with every key of that
    scope; for sessions, the landed events have them.

    The body of the model reads the declaration from `model`, the materialization from the config.
#}
{% macro change_set(kind, scope=['organization_id', 'session_id'], all_of=none) -%}
    {%- set declared = {'kind': kind, 'scope': scope, 'all_of': all_of} -%}
    {%- do model.update({'change_set': declared}) -%}
    {{ config(meta={'change_set': declared}) }}
{%- endmacro %}

{# Limits an import CTE to the change set. Where nothing is materialized (`dbt show`, `dbt compile`)
   a model returns everything; so do unit tests, unless they declare the model incremental. #}
{% macro where_news() -%}
    {%- set scope = news_scope() | join(', ') -%}
    {%- if not execute -%}
    {% set depends_on = news() %}
    {%- elif is_materialized() %}
    where ({{ scope }}) in (select {{ scope }} from pg_temp.news)
    {%- elif model.resource_type == 'unit_test' and is_incremental() %}
    where ({{ scope }}) in ({{ news() }})
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

{% macro declared_change_set() -%}
    {{ return(
        model.change_set
        or (config.get('meta') or {}).change_set
        or {'kind': 'touched', 'scope': ['organization_id', 'session_id'], 'all_of': none}
    ) }}
{%- endmacro %}

{% macro news_kind() -%}
    {{ return(declared_change_set().kind) }}
{%- endmacro %}

{% macro news_scope() -%}
    {{ return(declared_change_set().scope) }}
{%- endmacro %}

{# The keys of the change set. While dbt parses, its refs become dependencies of the model. #}
{% macro news() -%}
    {%- set kind = news_kind() -%}
    {%- set scope = news_scope() -%}
    {%- if kind == 'organizations' %}
        select {{ prefixed('organizations', scope) }}
        from {{ ref('stg_worksights__organizations') }} as organizations
    {%- elif kind == 'touched' %}
        select {{ prefixed('touched', scope) }}
        from {{ ref('int_touched_sessions') }} as touched
        where touched.batch > {{ progress() }}
    {%- elif kind.startswith('changed') %}
        select {{ prefixed('changed', scope) }}
        from {{ ref('stg_pipeline__changed_periods') }} as changed
        where changed.batch > {{ progress() }}
        {%- if kind == 'changed_or_classified' %}
        union all
        select {{ prefixed('classified', scope) }}
        from {{ ref('stg_clientsights__email_addresses') }} as classified
        where classified.batch > {{ progress() }}
        {%- endif %}
    {%- else %}
        select {{ prefixed('changed', scope) }}
        from {{ ref('int_changed_sessions') }} as changed
        where changed.batch > {{ progress() }}
        {%- if kind == 'landed_or_due' %}
        union all
        select {{ prefixed('due', scope) }}
        from {{ this }} as due
        where due.ended_at is null and due.due_at <= {{ batch_time() }}
        {%- endif %}
    {%- endif %}
{%- endmacro %}

{# Every key of the scope, for deriving a table in full. #}
{% macro everything() -%}
    {%- set scope = news_scope() -%}
    {%- set all_of = declared_change_set().all_of -%}
    {%- if all_of -%}
        select {{ prefixed('present', scope) }} from {{ ref(all_of) }} as present
    {%- elif news_kind() == 'organizations' -%}
        {{ news() }}
    {%- else -%}
        select {{ prefixed('events', scope) }}
        from {{ source('zoom_raw', 'events') }} as events
        where events.session_id is not null
    {%- endif -%}
{%- endmacro %}
