{# Minutes as they count in a sum that is kept as of 2020: they halve every 90 days, counted in
   parts of a day. clientsights.minutes_at() says what remains of such a sum at a time. The exponent
   has an end, so that no time makes a number that Postgres refuses: 2^500 is the year 2143. #}
{% macro decayed(minutes, met_at) -%}
    {{ minutes }} * power(
        2::double precision,
        greatest(-500, least(500,
            extract(epoch from {{ met_at }} - timestamptz '2020-01-01 00:00:00+00')
                ::double precision / 86400 / 90
        ))
    )
{%- endmacro %}
