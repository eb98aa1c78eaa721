{# Whether an email is this address, or is at this domain or below it (on a label boundary). #}
{% macro is_at(email, address_or_domain) -%}
    ({{ email }} = {{ address_or_domain }}
    or right({{ email }}, length({{ address_or_domain }}) + 1) in ('@' || {{ address_or_domain }}, '.' || {{ address_or_domain }}))
{%- endmacro %}
