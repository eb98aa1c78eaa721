{# What `settings` knew of a subject of `rows` when the session ended, for a lateral join beside
   `sessions`; of two accounts of one organization the session's own first. #}
{% macro as_of(settings, rows, subject) -%}
        select {{ settings }}.value
        from {{ settings }}
        where {{ settings }}.organization_id = {{ rows }}.organization_id
            and {{ settings }}.subject = {{ subject }}
            and {{ settings }}.valid @> sessions.ended_at
        order by
            {{ settings }}.zoom_account_id = sessions.zoom_account_id desc,
            {{ settings }}.zoom_account_id collate "C",
            {{ settings }}.value collate "C"
        limit 1
{%- endmacro %}
