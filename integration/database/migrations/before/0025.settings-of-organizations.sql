-- The differences of some organizations alone: one whose settings cannot be read must not keep the others from theirs.
-- depends: 0016.bounds 0021.zoom-user-activity 0024.derivation
create function pipeline.setting_differences_of(organizations text[])
returns table (
    organization_id text, kind text, subject text, value text, zoom_account_id text, valid_now tstzmultirange,
    changed tstzmultirange
)
language sql stable
begin atomic
    with facts as (
        select * from pipeline.settings_now
        where (organizations is null or settings_now.organization_id = any(organizations))
            -- Rows from before there were bounds may be longer. A fact that no index row can hold is none.
            and octet_length(settings_now.organization_id) + octet_length(settings_now.kind)
            + octet_length(settings_now.subject) + octet_length(settings_now.value)
            + octet_length(settings_now.zoom_account_id) <= 2400
    ),
    copied as (
        select * from pipeline.settings
        where organizations is null or settings.organization_id = any(organizations)
    )
    select
        organization_id, kind, subject, value, zoom_account_id,
        facts.valid as valid_now,
        (coalesce(facts.valid, '{}') - coalesce(copied.valid, '{}'))
        + (coalesce(copied.valid, '{}') - coalesce(facts.valid, '{}')) as changed
    from facts
    full outer join copied using (organization_id, kind, subject, value, zoom_account_id)
    where facts.valid is distinct from copied.valid;
end;

drop view pipeline.setting_differences;
create view pipeline.setting_differences as
select * from pipeline.setting_differences_of(null);
grant select on pipeline.setting_differences to pipeline;
