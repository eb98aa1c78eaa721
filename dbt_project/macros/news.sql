{#
    What is new for a model.

    `meta.news` of a model says what it has to derive again (where_news names it once more, because
    dbt does not know a model's meta while it parses):
    - `landed`: sessions with an event that was landed or changed since the model's last batch;
    - `landed_or_due`: those, and the ones whose 24 hours without an `ended` event are over;
    - `touched`: those of int_touched_sessions, which adds what a change of settings concerns;
    - `changed`: the people, companies and ties of pipeline.changed_months, in those months;
    - `changed_or_classified`: those, and the ones of addresses that were classified anew;
    - `organizations`: all of them, for a model that finds its news itself.
    `meta.scope` names the columns that this is said in; a session's key unless it says otherwise.
    `meta.all_of` names the model that has all there is of the scope; a session's are those of the
    landed events.

    The materialization puts the news into `pg_temp.news`; only what is there is derived. Where
    nothing is materialized (`dbt show`, `dbt compile`) a model gives everything; so do unit tests,
    unless they say that the model is incremental.

    An import CTE of a whole table that is read more than once says `not materialized`: Postgres
    would otherwise write the whole history aside in every batch, and find nothing in it by an
    index. A view that is derived from has no `with` at all: Postgres plans such a view by itself,
    and reads all of it, whatever it is joined with.
#}

{% macro where_news(kind='touched', scope=['organization_id', 'session_id']) -%}
    {%- set meant = (news_kind(), news_scope()) -%}
    {%- if execute and model.resource_type == 'model' and (kind, scope) != meant -%}
        {{ exceptions.raise_compiler_error(
            "meta.news and meta.scope of " ~ model.name ~ " are " ~ meant
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

{# Names a model that is to be derived first, and of which nothing is read: what fails there for a
   session is left out here, too, so that a session's marts show it as it was in all of them. #}
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

{# All there is, when a table is derived from everything. #}
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
