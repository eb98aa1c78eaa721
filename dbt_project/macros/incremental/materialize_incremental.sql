{#
    Maintains every table. It replaces dbt's own `incremental` materialization, which fails as a
    whole when one row fails, and stops when a column is added.

    The change set of a model is put into the temporary table `news` (change_set.sql), and the
    model's SQL reads only that. After a data error the change set is halved until the failing part
    is isolated: it is listed in pipeline.failures, its rows stay unchanged, and the rest is derived
    in the same transaction. What failed in a model is excluded from its downstream models.

    A table that was derived with different code or columns, or that has no watermark, is derived in
    full, in place: columns are added and dropped, and identical rows are not rewritten. The
    downstream tables are then derived in full too.

    In schemas other than the live ones, every table is emptied and derived in full, because only
    live tables have watermarks.
#}
{% materialization incremental, adapter='postgres' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set there = load_cached_relation(this) -%}
    {%- if there is not none and there.type != 'table' -%}
        {%- do adapter.drop_relation(there) -%}
        {%- set there = none -%}
    {%- endif -%}
    {%- set is_new = there is none -%}

    {%- do perform("select pipeline.act_as_writer()") -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set found = opened(target, sql, is_new) -%}
    {%- if not is_live() -%}
        {%- do perform("truncate " ~ target) -%}
    {%- endif -%}
    {%- set is_whole = (
        is_new or found.is_reshaped or should_full_refresh() or progress() | int < 0
    ) -%}
    {%- if is_whole -%}
        {%- if (config.get('contract') or {}).enforced -%}
            {%- do get_assert_columns_equivalent(sql) -%}
        {%- endif -%}
        {%- do prepare_table(target, is_new) -%}
    {%- endif -%}
    {%- set news_count = collect_news(target, is_whole, is_new) -%}

    {% call statement('main') -%}
        {%- call derive_in_parts(target, sql, is_new, news_count, found['columns'].split(',')) -%}
            {{ forget_failures(is_whole) }}
            {{ note_progress(target, is_whole) }}
        {%- endcall -%}
    {%- endcall %}

    {%- do keep_last_good_rows(target) -%}
    {%- do apply_grants(target, config.get('grants'), should_revoke=False) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
