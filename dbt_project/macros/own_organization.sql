{#
    The page sees only rows of the organization that its transaction names, in the setting
    `worksights.organization`: a safety net beneath the filters of its queries
    (docs/operations/rights.md).

    A table gets a policy when it is created; a migration has done the same with older ones. The
    policy is a plain comparison, because Citus refuses subqueries in policies.
#}
{% macro limit_table_to_organization(target) -%}
    {%- if 'organization_id' in model.columns and is_live() -%}
        {%- do perform(
            "alter table " ~ target ~ " enable row level security;"
            ~ "create policy everything on " ~ target ~ " using (true);"
            ~ "create policy own_organization on " ~ target ~ " as restrictive to "
            ~ _page() ~ " using (organization_id = "
            ~ "current_setting('worksights.organization', true))"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#
    A view that the page may read gets a filter. It runs with the rights of its owner, for whom
    there is no policy, and with `security_invoker` analysts would need rights on all that it reads.
    A role with USAGE on `staging`, or without it on `integration`, is not the page and reads all
    rows. The subqueries are evaluated once per query, not once per row.

    With `meta: {lists_all: true}`, the threads of the page's process read the view without an
    organization, too. With `meta: {by_account: true}`, rows without an organization ("-") are those
    of the organization of their Zoom account.
#}
{% macro postgres__create_view_as(relation, sql) -%}
    {%- set is_limited = 'organization_id' in model.columns -%}
    create view {{ relation.render() }}
    {%- if (config.get('contract') or {}).enforced %}
    {{ get_assert_columns_equivalent(sql) }}
    {%- endif %} as
    {%- if is_limited and is_read_by_page() %}
    select * from (
    {{ sql }}
    ) as rows_of_everybody
    where {{ _rows_of_reader() }}
    {%- else %}
    {{ sql }}
    {%- endif %};
    {%- if is_limited and model.fqn[1] == 'intermediate' and is_live() and not is_read_by_page() %}
    revoke select on {{ relation.render() }} from {{ _page() }};
    {%- endif %}
{%- endmacro %}

{# Of the schema `intermediate`, the page keeps its right only on the views that say so. #}
{% macro is_read_by_page() -%}
    {%- set meta = config.get('meta') or {} -%}
    {{ return(
        model.fqn[1] == 'marts'
        or (config.get('grants') or {}).get('select') is not none
        or meta.read_by_page is true
    ) }}
{%- endmacro %}

{% macro _rows_of_reader() -%}
    {%- set meta = config.get('meta') or {} -%}
    {%- set own = "(select current_setting('worksights.organization', true))" -%}
    (
        select
            has_schema_privilege('staging', 'usage')
            or not has_schema_privilege('integration', 'usage')
            {%- if meta.lists_all %}
            or current_setting('worksights.organization', true) = '*'
            {%- endif %}
    )
    or organization_id = {{ own }}
    {%- if meta.by_account %}
    or (
        organization_id = '-'
        and zoom_account_id in (
            select zoom_account_id from {{ source('integration', 'connections') }}
            where organization_id = {{ own }}
        )
    )
    {%- endif %}
{%- endmacro %}

{% macro _page() -%}
    {{ return(adapter.quote(env_var('PAGE_ROLE', 'page'))) }}
{%- endmacro %}
