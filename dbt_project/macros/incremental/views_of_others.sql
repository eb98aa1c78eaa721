{# Removing a column, or changing its type, drops the views that read it. dbt rebuilds its own views
   in the same run, but no one would rebuild those of other owners. #}

{# A statement that fails, in one sentence, if a view of another owner would be dropped. It runs
   before `match_columns` (table_shape.sql). #}
{% macro refuse_to_drop_views_of_others(target) -%}
do $refuse$
declare
    lost record;
begin
    with recursive changed as (

        select present.attname, present.attnum
        from pg_attribute as present
        left join pg_attribute as wanted
            on wanted.attrelid = 'pg_temp.fresh'::regclass
            and wanted.attname = present.attname
            and wanted.atttypid = present.atttypid
            and wanted.atttypmod = present.atttypmod
        where present.attrelid = '{{ target }}'::regclass
            and present.attnum > 0
            and not present.attisdropped
            and wanted.attname is null

    ),

    readers as (

        select pg_rewrite.ev_class as reader, changed.attname
        from changed
        inner join pg_depend
            on pg_depend.refobjid = '{{ target }}'::regclass
            and pg_depend.refobjsubid = changed.attnum
        inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid
        union
        select pg_rewrite.ev_class as reader, readers.attname
        from readers
        inner join pg_depend on pg_depend.refobjid = readers.reader
        inner join pg_rewrite
            on pg_rewrite.oid = pg_depend.objid
            and pg_rewrite.ev_class <> readers.reader

    )

    select readers.reader::regclass as name, readers.attname into lost
    from readers
    inner join pg_class on pg_class.oid = readers.reader
    where pg_class.relowner <> current_user::regrole
    order by readers.attname, readers.reader::regclass::text
    limit 1;
    if found then
        raise exception
            'The view % reads the column % of %, which this release removes or retypes. '
            'Drop the view, and create it again after the next batch',
            lost.name, lost.attname, '{{ target }}'::regclass;
    end if;
end
$refuse$;
{%- endmacro %}
