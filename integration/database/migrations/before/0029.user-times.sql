-- What `import-users` refuses, whoever writes by SQL is refused, too. Rows that are there already stay.
-- depends: 0028.writer
alter table worksights.organizations
    add constraint organizations_times check (created_at >= '1970-01-01Z' and created_at < '2100-01-01Z') not valid;
alter table worksights.users
    add constraint users_times check (
        created_at >= '1970-01-01Z' and created_at < '2100-01-01Z'
        and deactivated_at >= '1970-01-01Z' and deactivated_at < '2100-01-01Z'
    ) not valid;
