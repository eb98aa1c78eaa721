{# The columns, key and indexes of an incremental table (materialize_incremental.sql). #}

{# Creates the temporary tables and gives the target the columns of `sql`. Returns whether it had
   different ones, the names of the columns, separated by commas, and the model's state, which is
   read here again: each query is a round trip, and dbt spends 3 ms on the types of its result. #}
{% macro opened(target, sql, is_new) -%}
    {%- set found = run_query(
        "create temporary table news (" ~ typed(news_scope()) ~ ") on commit drop;"
        ~ "create temporary table fresh on commit drop as " ~ sql ~ " with no data;"
        ~ (
            "create table " ~ target ~ " (like pg_temp.fresh);" if is_new
            else refuse_to_drop_views_of_others(target)
        )
        ~ "select pipeline.match_columns('" ~ target ~ "', 'pg_temp.fresh') as is_reshaped, "
        ~ "(select string_agg(attname, ',' order by attnum) from pg_attribute "
        ~ "where attrelid = 'pg_temp.fresh'::regclass and attnum > 0) as columns, state.* "
        ~ "from (" ~ _state_query() ~ ") as state"
    ).rows[0] -%}
    {%- do model.update({'state': found}) -%}
    {%- if found.is_reshaped -%}
        {%- do forget_views_that_went() -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# Dropping a column drops the views that depend on it; dbt would rename one that is still in its
   cache. #}
{% macro forget_views_that_went() -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.config.materialized == 'view' -%}
            {%- set view = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- if view is not none and literal(
                "select to_regclass('" ~ view ~ "') is null"
            ) -%}
                {%- do adapter.cache_dropped(view) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{# Key, indexes and replica identity. An existing index on the key becomes the primary key, which
   identifies the rows in a publication of changes. An index with `where` needs a name, by which it
   is found again. #}
{% macro prepare_table(target, is_new) -%}
    {%- set keys = config.get('unique_key') -%}
    {%- if is_new -%}
        {%- for column in model.columns.values() -%}
            {%- if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
                {%- do perform(
                    "alter table " ~ target ~ " alter column " ~ column.name ~ " set not null"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do limit_table_to_organization(target) -%}
    {%- endif -%}
    {%- if keys -%}
        {%- do perform(with_primary_key(target, keys)) -%}
    {%- else -%}
        {%- do perform("alter table " ~ target ~ " replica identity full") -%}
    {%- endif -%}
    {%- for index in config.get('indexes', []) -%}
        {%- set columns = index['columns'] -%}
        {%- if index.get('where') -%}
            {%- do perform(
                "create index if not exists " ~ index['name'] ~ " on " ~ target
                ~ " (" ~ columns | join(', ') ~ ") where " ~ index['where']
            ) -%}
        {%- elif literal(
            "select pipeline.index_of('" ~ target ~ "', array['" ~ columns | join("', '")
            ~ "']) is null"
        ) -%}
            {%- do perform(
                "create " ~ ("unique " if index.get('unique') else "") ~ "index on " ~ target
                ~ " (" ~ columns | join(', ') ~ ")"
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
    -- The key has changed: rows without a value for it cannot be kept.
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

{% macro columns_of(target) -%}
    {{ return(adapter.get_columns_in_relation(target) | map(attribute='name') | list) }}
{%- endmacro %}

{% macro typed(columns) -%}
    {%- for column in columns -%}
    {{ column }} {{ 'date' if column in ['month', 'day'] else 'text' }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
