{# The value in `settings` for a subject of `rows` when the session ended, for a lateral join with
   `sessions`. If several accounts of the organization have a value, the session's own account
   wins. #}
{% macro at_session_end(settings, rows, subject) -%}
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
