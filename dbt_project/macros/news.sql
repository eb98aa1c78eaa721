{#
    What is new for a model, and how it is written.

    `meta.news` of a model says what it has to derive again (where_news names it once more, because dbt does not know a
    model's meta while it parses):
    - `landed`: sessions with an event that was landed or changed since the model's last batch;
    - `landed_or_due`: those, and the ones whose 24 hours without an `ended` event are over;
    - `touched`: those of int_touched_sessions, which adds what a change of settings concerns;
    - `changed`: the people, companies and ties of pipeline.changed_months, in those months;
    - `changed_or_classified`: those, and the ones of addresses that were classified anew.
    `meta.scope` names the columns that this is said in; a session's key unless it says otherwise.

    An import CTE of a whole table that is read more than once says `not materialized`: Postgres would otherwise write
    the whole history aside in every batch, and find nothing in it by an index.

    Batch numbers stand in the SQL as literals: as a subquery they make the planner scan the whole history.
#}

{% macro where_news(kind='touched', scope=['organization_id', 'session_id']) -%}
    {%- if execute and model.resource_type == 'model' and (kind, scope) != (news_kind(), news_scope()) -%}
        {{ exceptions.raise_compiler_error("meta.news and meta.scope of " ~ model.name ~ " are " ~ news_kind() ~ " and " ~ news_scope()) }}
    {%- endif -%}
    {%- if is_incremental() or not execute %}
    where ({{ scope | join(', ') }}) in ({{ news(kind, scope) }})
    {%- endif -%}
{%- endmacro %}

{% macro news_kind() -%}
    {{ return((config.get('meta') or {}).get('news', 'touched')) }}
{%- endmacro %}

{% macro news_scope() -%}
    {{ return((config.get('meta') or {}).get('scope', ['organization_id', 'session_id'])) }}
{%- endmacro %}

{% macro news(kind, scope) -%}
    {%- if kind == 'touched' %}
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

{# The last batch this model has taken up. #}
{% macro progress() -%}
    {{ literal("select coalesce(max(batch), -1) from pipeline.progress where model = '" ~ this.schema ~ "." ~ this.identifier ~ "'", -1) }}
{%- endmacro %}

{# The latest batch of which everything is landed. #}
{% macro current_batch() -%}
    {{ literal("select coalesce(max(batch), 0) from pipeline.batches where landed_at is not null", 0) }}
{%- endmacro %}

{# The latest time that a batch took for now, so that a rebuild infers the same ends. #}
{% macro batch_time() -%}
    timestamptz '{{ literal("select coalesce(max(as_of), 'epoch') from pipeline.batches", "epoch") }}'
{%- endmacro %}

{% macro literal(query, when_parsing) -%}
    {%- if execute -%}{{ run_query(query).columns[0].values()[0] }}{%- else -%}{{ when_parsing }}{%- endif -%}
{%- endmacro %}

{# In the transaction that writes the model: it has come this far. A table just built is analyzed, because without
   statistics the planner reads it whole (measured: 619 ms instead of 66 at 4 million events). #}
{% macro note_progress() -%}
    {%- if config.get('materialized') == 'incremental' -%}
    insert into pipeline.progress (model, batch) values ('{{ this.schema }}.{{ this.identifier }}', {{ current_batch() }})
    on conflict (model) do update set batch = excluded.batch;
    {% if not is_incremental() %}analyze {{ this }};{% endif %}
    {%- endif -%}
{%- endmacro %}

{#
    Rows of the news that are the same as before stay untouched; rows that differ are deleted and inserted; rows that
    the news no longer yields are deleted. Deleting by the touched set, not by the new rows' keys, is what takes
    away an activity whose reason is gone. Columns in `meta.stamps` (a row's time of change) are not compared.
    `meta.notes_months` names columns of the rows that are written and deleted, for pipeline.changed_months.
#}
{% macro get_incremental_write_difference_sql(arg_dict) -%}
    {%- set target, fresh, keys = arg_dict.target_relation, arg_dict.temp_relation, arg_dict.unique_key -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set compared = columns | reject('in', (config.get('meta') or {}).get('stamps', [])) | list %}
    {%- set delete_others %}
    delete from {{ target }} as old
    where ({{ prefixed('old', news_scope()) }}) in ({{ news(news_kind(), news_scope()) }})
        and not exists (
            select from {{ fresh }} as new
            where {% for key in keys %}new.{{ key }} = old.{{ key }} and {% endfor -%}
                ({{ prefixed('new', compared) }}) is not distinct from ({{ prefixed('old', compared) }})
        )
    {%- endset %}
    {%- set insert_new %}
    insert into {{ target }} ({{ columns | join(', ') }})
    select {{ prefixed('new', columns) }}
    from {{ fresh }} as new
    where not exists (
        select from {{ target }} as old
        where {% for key in keys %}old.{{ key }} = new.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
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
    with changed as ({{ statement }} returning organization_id, {{ noted | join(', ') }}, month)
    insert into pipeline.changed_months (organization_id, {{ noted | join(', ') }}, month, batch)
    select distinct organization_id, {{ noted | join(', ') }}, month, {{ current_batch() }}::bigint
    from changed
    {%- endif -%}
{%- endmacro %}

{% macro prefixed(alias, columns) -%}
    {%- for column in columns %}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
