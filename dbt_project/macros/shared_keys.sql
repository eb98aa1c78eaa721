{# Customer keys that cannot identify a person (contract, 5.4, step 3). Some apps give everyone the
   same key. #}

{# CTEs that end with `shared_keys`: the customer keys that appear in the events of two groups with
   different Zoom users, emails or names. `legs` must have their groups, and every value of their
   own events. #}
{% macro shared_keys_of(legs) -%}
keys_of_legs as (

    select
        {{ legs }}.organization_id,
        {{ legs }}.session_id,
        keys.customer_key,
        {{ legs }}.group_id,
        {{ legs }}.least_zoom_user_id,
        {{ legs }}.greatest_zoom_user_id,
        {{ legs }}.least_email,
        {{ legs }}.greatest_email,
        -- In this collation only ASCII letters have a lower case.
        lower({{ legs }}.display_name collate "C") as display_name
    from {{ legs }}
    cross join lateral unnest({{ legs }}.customer_keys) as keys (customer_key)

),

shared_keys as (

    select
        organization_id,
        session_id,
        customer_key
    from keys_of_legs
    group by organization_id, session_id, customer_key
    having
        {{ differs_between_groups('least_zoom_user_id', 'greatest_zoom_user_id') }}
        or {{ differs_between_groups('least_email', 'greatest_email') }}
        or {{ differs_between_groups('display_name', 'display_name') }}

)
{%- endmacro %}

{# Whether two groups have different values, given the least and the greatest of each leg. #}
{% macro differs_between_groups(least_value, greatest_value) -%}
    (
            min({{ least_value }} collate "C") <> max({{ greatest_value }} collate "C")
            and min(group_id collate "C") filter (where {{ least_value }} is not null)
                <> max(group_id collate "C") filter (where {{ least_value }} is not null)
        )
{%- endmacro %}
