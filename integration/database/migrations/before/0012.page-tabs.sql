-- What the tabs of the page look at besides: the settings that the marts were last derived from, and the switches and
-- exclusions as they stand.
-- depends: 0009.clientsights 0011.page
grant select on pipeline.settings, pipeline.switches_now, pipeline.exclusions_now to page;

-- dbt makes indexes together with a table only, so tables that are there already get the page's indexes here.
do $$
begin
    if to_regclass('timeline.participants') is not null then
        create index participants_of_zoom_user on timeline.participants (organization_id, zoom_user_id, outcome);
    end if;
    if to_regclass('timeline.activities') is not null then
        create index activities_of_feature on timeline.activities (organization_id, user_id, feature, ended_at);
    end if;
end
$$;
