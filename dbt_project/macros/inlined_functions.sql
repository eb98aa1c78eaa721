{# How dbt creates a function. Its own statement would hide the expression from Postgres in a
   string, and would not allow parallel plans. Postgres puts this expression into the query that
   calls the function, so it costs nothing, and an index on a column that it compares is used. #}
{% macro postgres__scalar_function_sql(target_relation) -%}
create or replace function {{ target_relation }} ({{ formatted_scalar_function_args_sql() }})
returns {{ model.returns.data_type }}
language sql {{ scalar_function_volatility_sql() }} parallel safe
return {{ model.compiled_code }}
{%- endmacro %}
