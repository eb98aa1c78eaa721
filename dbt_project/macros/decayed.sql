{# Minutes scaled to the reference date 2020-01-01, so that sums never need rewriting: they halve
   every 90 days, in fractions of a day. clientsights.minutes_at() converts such a sum to its value
   at a given time. The exponent is bounded, so that no time gives a number that Postgres rejects:
   2^500 is the year 2143. #}
{% macro decayed(minutes, met_at) -%}
    {{ minutes }} * power(
        2::double precision,
        greatest(-500, least(500,
            extract(epoch from {{ met_at }} - timestamptz '2020-01-01 00:00:00+00')
                ::double precision / 86400 / 90
        ))
    )
{%- endmacro %}
