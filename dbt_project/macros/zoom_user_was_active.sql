{# Whether the Zoom user of a setting was active when the session ended. `settings` must contain
   rows of every kind. #}
{% macro zoom_user_was_active(fact) -%}
            exists (
                select from settings as activity
                where activity.organization_id = {{ fact }}.organization_id
                    and activity.kind = 'zoom_user_active'
                    and activity.subject = {{ fact }}.subject
                    and activity.zoom_account_id = {{ fact }}.zoom_account_id
                    and activity.valid @> sessions.ended_at
            )
{%- endmacro %}
