-- What the pages would otherwise read a year of rows for.
-- depends: 0011.page

-- Deliveries that became no event are few: Overview and Missing count them without reading those that did.
create index deliveries_set_aside on ingress.deliveries (zoom_account_id, received_at, disposition)
    include (reason)
    where disposition in ('ignored', 'unknown_account', 'quarantined');
