{# Contract, section 3 (affiliation): whether the number of a call's side is an outside line (a
   leading `+`, or more than six digits) or an extension; null if there is none. A number that is
   not kept has a digest if it has more than six digits. #}
{% macro kind_of_number(side) -%}
    case
        when call_events.{{ side }}_phone_digest is not null
            or call_events.{{ side }}_phone_number ~ '^\s*[+]'
            or length(
                regexp_replace(call_events.{{ side }}_phone_number, '[^0-9]', '', 'g')
            ) > 6
            then 'outside'
        when call_events.{{ side }}_phone_number is not null then 'extension'
    end
{%- endmacro %}
