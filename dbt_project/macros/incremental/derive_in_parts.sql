{# Derives a model's change set and isolates what fails (materialize_incremental.sql). #}

{# Fills all_news with the change set, without what failed in an upstream model, and returns its
   size. A sum is also excluded if any part of it failed. An organization (the scope of a model that
   builds its change set itself) is excluded only if it failed as a whole: otherwise one failed
   session would hold back all the others. #}
{% macro collect_news(target, is_whole, is_new) -%}
    {%- set scope = news_scope() -%}
    {%- set matches = '=' if news_kind() == 'organizations' else '@>' -%}
    {%- set found -%}
        {%- if is_whole -%}
            {{ everything() }}
            {% if not is_new and news_kind() != 'organizations' -%}
            union all
            select {{ prefixed('derived', scope) }} from {{ target }} as derived
            {%- endif %}
        {%- else -%}
            {{ news() }}
        {%- endif -%}
    {%- endset -%}
    {{ return(perform(
        "create temporary table all_news on commit drop as "
        ~ "select row_number() over (order by " ~ prefixed('found', scope) ~ ") as position, "
        ~ prefixed('found', scope)
        ~ " from (select distinct " ~ prefixed('found', scope) ~ " from (" ~ found ~ ") as found"
        ~ " where (" ~ prefixed('found', scope) ~ ") is not null) as found"
        ~ " where not exists (select from " ~ source('derivation', 'failures')
        ~ " where failures.model = any(" ~ sql_list(tables_above()) ~ ")"
        ~ " and failures.scope " ~ matches ~ " " ~ scope_of('found', scope) ~ ")"
    )) }}
{%- endmacro %}

{#
    Runs the model's statements for the whole change set or, after a data error, for each half.

    The conditions caught are those that a value can cause: data exceptions (22), cardinality (21),
    integrity (23), program limits such as an index row that is too wide (54), and errors raised by
    functions. Anything else (a missing column, a lost connection, a full disk) fails the model.
    The statements are planned again for each part: the plan for a whole change set reads whole
    tables. The statements passed by the caller come at the end of the block, in the same
    transaction.
#}
{% macro derive_in_parts(target, sql, is_new, news_count, columns) -%}
{%- set scope = news_scope() -%}
do $derive$
declare
    parts int8range[] := array[int8range(1, {{ news_count }} + 1)];
    part int8range;
    middle bigint;
    rows_of_statement bigint;
    inserted_by_part bigint;
    deleted_by_part bigint;
    inserted bigint := 0;
    deleted bigint := 0;
begin
    {%- if news_count > 0 %}
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
                insert into {{ target }} ({{ columns | join(', ') }})
                select {{ prefixed('fresh', columns) }} from ({{ sql }}) as fresh
            $statement$;
            get diagnostics rows_of_statement = row_count;
            inserted_by_part := rows_of_statement;
            {%- else -%}
            execute $statement$ insert into pg_temp.fresh {{ sql }} $statement$;
            execute $statement$ {{ deletion_of_others(target, columns) }} $statement$
                into deleted_by_part;
            execute $statement$ {{ insertion_of_new(target, columns) }} $statement$
                into inserted_by_part;
            {%- endif %}
            inserted := inserted + inserted_by_part;
            deleted := deleted + deleted_by_part;
        exception
            when data_exception or cardinality_violation or integrity_constraint_violation
                or program_limit_exceeded or plpgsql_error then
            if upper(part) - lower(part) = 1 then
                insert into {{ source('derivation', 'failures') }}
                    (model, organization_id, scope, error, batch)
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
    {%- endif %}
    {{ caller() }}
end
$derive$
{%- endmacro %}
