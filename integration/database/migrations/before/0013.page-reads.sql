-- What the pages Timeline, Clients and Missing read besides the marts: who was there when, and why an outcome is what it
-- is. The derived tables only: the deliveries and events that they come from stay closed to the page.
-- depends: 0011.page

grant usage on schema intermediate to page;
grant select on all tables in schema intermediate to page;  -- those that dbt has built already
alter default privileges for role pipeline in schema intermediate grant select on tables to page;
grant select on pipeline.settings to page;
