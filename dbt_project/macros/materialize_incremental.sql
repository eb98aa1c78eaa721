{#
    How every table is kept. It replaces dbt's own `incremental` materialization, which fails as a
    whole when one row fails, and stops when a column is added.

    The news of a model is put into the temporary table `news` (macros/news.sql), and the model's
    SQL reads only that. When it fails on data, the news is halved until what fails is alone: that
    is listed in pipeline.failures, its rows stay as they were, and the rest is derived in the same
    transaction. What failed in a model is left out of the models derived from it.

    A table that was derived with other code or other columns, or that nothing is known of, is
    derived from everything, in place: columns are added and dropped, and rows that are the same
    stay untouched. So are then the tables derived from it.
#}
{% materialization incremental, adapter='postgres' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set there = load_cached_relation(this) -%}
    {%- if there is not none and there.type != 'table' -%}
        {%- do adapter.drop_relation(there) -%}
        {%- set there = none -%}
    {%- endif -%}
    {%- set is_new = there is none -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set is_reshaped = shaped(target, sql, is_new) -%}
    {%- set reached = reached_by_parents() | int -%}
    {%- set is_whole = is_new or is_reshaped or should_full_refresh() or progress() | int < 0 -%}
    {%- if is_whole -%}
        {%- if (config.get('contract') or {}).enforced -%}
            {%- do get_assert_columns_equivalent(sql) -%}
        {%- endif -%}
        {%- do prepare_table(target, is_new) -%}
    {%- endif -%}
    {%- set news_count = collect_news(target, is_whole, is_new) | int -%}

    {% call statement('main') -%}
        {% if news_count > 0 -%}
            {{ derive_in_parts(target, sql, is_new) }}
        {%- else -%}
            select where false
        {%- endif %}
    {%- endcall %}

    {%- do forget_failures(is_whole) -%}
    {%- do keep_last_good_rows(target) -%}
    {%- do note_progress(target, reached, is_whole) -%}
    {%- do apply_grants(target, config.get('grants'), should_revoke=False) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# The temporary tables, and the target with the columns of `sql`; whether it had others. #}
{% macro shaped(target, sql, is_new) -%}
    {%- set found = run_query(
        "create temporary table news (" ~ typed(news_scope()) ~ ") on commit drop;"
        ~ "create temporary table fresh on commit drop as " ~ sql ~ " with no data;"
        ~ ("create table " ~ target ~ " (like pg_temp.fresh);" if is_new else "")
        ~ "select pipeline.match_columns('" ~ target ~ "', 'pg_temp.fresh')"
    ) -%}
    {{ return(found.columns[0].values()[0]) }}
{%- endmacro %}

{# Key, indexes and replica identity. A key that is there as an index becomes a primary key: it
   says which row a publication of changes means. #}
{% macro prepare_table(target, is_new) -%}
    {%- set keys = config.get('unique_key') -%}
    {%- if is_new -%}
        {%- for column in model.columns.values() -%}
            {%- if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
                {%- do run_query(
                    "alter table " ~ target ~ " alter column " ~ column.name ~ " set not null"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if keys -%}
        {%- do run_query(with_primary_key(target, keys)) -%}
    {%- else -%}
        {%- do run_query("alter table " ~ target ~ " replica identity full") -%}
    {%- endif -%}
    {%- for index in config.get('indexes', []) -%}
        {%- if literal(
            "select pipeline.index_of('" ~ target ~ "', array['"
            ~ index['columns'] | join("', '") ~ "']) is null"
        ) -%}
            {%- do run_query(
                "create " ~ ("unique " if index.get('unique') else "") ~ "index on " ~ target
                ~ " (" ~ index['columns'] | join(', ') ~ ")"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro with_primary_key(target, keys) -%}
do $prepare$
declare
    known regclass := pipeline.index_of('{{ target }}', array['{{ keys | join("', '") }}']);
begin
    if exists (
        select from pg_index where indrelid = '{{ target }}'::regclass and indisprimary
            and indexrelid = known
    ) then
        return;
    end if;
    execute (
        select coalesce(
            string_agg(format('alter table {{ target }} drop constraint %I;', conname), ''), ''
        )
        from pg_constraint where conrelid = '{{ target }}'::regclass and contype = 'p'
    ) || 'select';
    -- With another key these are other rows.
    if exists (select from {{ target }} where num_nulls({{ keys | join(', ') }}) > 0) then
        truncate {{ target }};
    end if;
    if known is not null and (select indisunique from pg_index where indexrelid = known) then
        execute format(
            'alter table {{ target }} add primary key using index %I',
            (select relname from pg_class where oid = known)
        );
    else
        alter table {{ target }} add primary key ({{ keys | join(', ') }});
    end if;
end
$prepare$
{%- endmacro %}

{# Fills all_news, without what failed in a model above; how much there is. #}
{% macro collect_news(target, is_whole, is_new) -%}
    {%- set scope = news_scope() -%}
    {%- set found -%}
        {%- if is_whole -%}
            {{ everything(scope) }}
            {% if not is_new and news_kind() != 'organizations' -%}
            union all
            select {{ prefixed('derived', scope) }} from {{ target }} as derived
            {%- endif %}
        {%- else -%}
            {{ news(news_kind(), scope) }}
        {%- endif -%}
    {%- endset -%}
    {%- do run_query(
        "create temporary table all_news on commit drop as "
        ~ "select row_number() over (order by " ~ prefixed('found', scope) ~ ") as position, "
        ~ prefixed('found', scope)
        ~ " from (select distinct " ~ prefixed('found', scope) ~ " from (" ~ found ~ ") as found"
        ~ " where (" ~ prefixed('found', scope) ~ ") is not null) as found"
        ~ " where not exists (select from pipeline.failures where failures.model = any("
        ~ sql_list(tables_above()) ~ ") and failures.scope @> " ~ scope_of('found', scope) ~ ")"
    ) -%}
    {{ return(literal("select count(*) from pg_temp.all_news")) }}
{%- endmacro %}

{#
    The model's statements, for all the news at once; after a failure on data, for each half of it.

    The conditions are those that a value can cause: data exceptions (22), cardinality (21),
    integrity (23), program limits such as an index row that is too wide (54), and what functions
    raise. Anything else (a column that is missing, a lost connection, a full disk) fails the model.
    The statements are planned anew for each part: the plan for all news reads whole tables.
#}
{% macro derive_in_parts(target, sql, is_new) -%}
{%- set scope = news_scope() -%}
do $derive$
declare
    parts int8range[] := array[int8range(1, (select count(*) from pg_temp.all_news) + 1)];
    part int8range;
    middle bigint;
    rows_of_statement bigint;
    inserted_by_part bigint;
    deleted_by_part bigint;
    inserted bigint := 0;
    deleted bigint := 0;
begin
    while cardinality(parts) > 0 loop
        part := parts[cardinality(parts)];
        parts := trim_array(parts, 1);
        inserted_by_part := 0;
        deleted_by_part := 0;
        begin
            truncate pg_temp.news, pg_temp.fresh;
            insert into pg_temp.news
            select {{ prefixed('found', scope) }} from pg_temp.all_news as found
            where found.position >= lower(part) and found.position < upper(part);
            analyze pg_temp.news;
            {% if is_new or config.get('incremental_strategy') == 'append' -%}
            execute $statement$
                insert into {{ target }} ({{ fresh_columns(target) | join(', ') }})
                select {{ prefixed('fresh', fresh_columns(target)) }} from ({{ sql }}) as fresh
            $statement$;
            get diagnostics rows_of_statement = row_count;
            inserted_by_part := rows_of_statement;
            {%- else -%}
            execute $statement$ insert into pg_temp.fresh {{ sql }} $statement$;
            execute $statement$ {{ deletion_of_others(target) }} $statement$
                into deleted_by_part;
            execute $statement$ {{ insertion_of_new(target) }} $statement$
                into inserted_by_part;
            {%- endif %}
            inserted := inserted + inserted_by_part;
            deleted := deleted + deleted_by_part;
        exception
            when data_exception or cardinality_violation or integrity_constraint_violation
                or program_limit_exceeded or plpgsql_error then
            if upper(part) - lower(part) = 1 then
                insert into pipeline.failures (model, organization_id, scope, error, batch)
                select '{{ table_name(model) }}', failed.organization_id,
                    {{ scope_of('failed', scope) }}, sqlstate, {{ current_batch() }}
                from pg_temp.all_news as failed
                where failed.position = lower(part)
                on conflict (model, scope) do update
                set error = excluded.error, batch = excluded.batch, tried_at = clock_timestamp();
            else
                middle := (lower(part) + upper(part)) / 2;
                parts := parts || int8range(middle, upper(part)) || int8range(lower(part), middle);
            end if;
        end;
    end loop;
    perform set_config('pipeline.rows_inserted', inserted::text, true);
    perform set_config('pipeline.rows_deleted', deleted::text, true);
end
$derive$
{%- endmacro %}

{# What was tried in this transaction and did not fail again is well. #}
{% macro forget_failures(is_whole) -%}
    {%- do run_query(
        "delete from pipeline.failures where model = '" ~ table_name(model) ~ "'"
        ~ " and tried_at < now()"
        ~ ("" if is_whole else " and scope in (select " ~ scope_of('tried', news_scope())
            ~ " from pg_temp.all_news as tried)")
    ) -%}
{%- endmacro %}

{# A rebuild derives beside the live tables: what failed keeps its rows there, too. #}
{% macro keep_last_good_rows(target) -%}
    {%- set live = adapter.get_relation(
        target.database, target.schema[(var('schema_prefix') | length):], target.identifier
    ) if var('schema_prefix') else none -%}
    {%- set failed_in -%}
        failures.model = any({{ sql_list(tables_above() + [table_name(model)]) }})
    {%- endset -%}
    {%- if live is not none and literal(
        "select exists (select from pipeline.failures where " ~ failed_in ~ ")"
    ) -%}
        {%- set columns = adapter.get_columns_in_relation(live) | map(attribute='name') | list -%}
        {%- set common = fresh_columns(target) | select('in', columns) | list -%}
        {%- do run_query(
            "insert into " ~ target ~ " (" ~ common | join(', ') ~ ") select "
            ~ prefixed('kept', common) ~ " from " ~ live ~ " as kept where exists (select from "
            ~ "pipeline.failures where " ~ failed_in ~ " and failures.scope @> "
            ~ scope_of('kept', news_scope()) ~ ") on conflict do nothing"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro fresh_columns(target) -%}
    {{ return(adapter.get_columns_in_relation(target) | map(attribute='name') | list) }}
{%- endmacro %}

{# The values of the scope's columns, as pipeline.failures holds them. #}
{% macro scope_of(alias, scope) -%}
    jsonb_build_object(
        {%- for column in scope -%}
        '{{ column }}', {{ alias }}.{{ column }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}

{% macro typed(columns) -%}
    {%- for column in columns -%}
    {{ column }} {{ 'date' if column == 'month' else 'text' }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro sql_list(texts) -%}
    array[{% for text in texts %}'{{ text }}'{{ ', ' if not loop.last }}{% endfor %}]::text[]
{%- endmacro %}
