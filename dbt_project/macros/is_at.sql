{# Whether an email is this address, or is at this domain or below it (on a label boundary). An
   address is not a domain: ann@law.example does not match joe.ann@law.example. #}
{% macro is_at(email, address_or_domain) -%}
    ({{ email }} = {{ address_or_domain }}
    or strpos({{ address_or_domain }}, '@') = 0
    and right({{ email }}, length({{ address_or_domain }}) + 1)
        in ('@' || {{ address_or_domain }}, '.' || {{ address_or_domain }}))
{%- endmacro %}
