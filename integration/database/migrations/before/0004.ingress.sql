-- Where the receiver and Dagster meet: the only queue there is, and the ledger of every delivery.
-- depends: 0001.roles-and-schemas
create table ingress.deliveries (
    delivery_id bigint generated always as identity primary key,
    organization_id text not null default '-',  -- known at landing; '-' for accounts nobody has connected
    received_at timestamptz not null default now(),
    event text,
    zoom_account_id text,
    disposition text not null default 'waiting'
        check (disposition in ('waiting', 'landed', 'duplicate', 'ignored', 'unknown_account', 'quarantined')),
    reason text,
    batch bigint,  -- the batch that decided; null while waiting and for what the receiver decided
    body_size integer not null,
    body_sha256 text not null,
    body bytea  -- gone once landed; kept QUARANTINE_DAYS when quarantined at landing; never there when ignored
);
-- A delivery carries its own state: a cursor over a serial id would lose the rows of slow transactions.
create index deliveries_waiting on ingress.deliveries (delivery_id) where disposition = 'waiting';
create index deliveries_account on ingress.deliveries (zoom_account_id, received_at);
create index deliveries_received on ingress.deliveries (received_at);
create index deliveries_quarantined on ingress.deliveries (received_at)
    where disposition = 'quarantined' and body is not null;

grant usage on schema ingress to receiver, pipeline;
grant insert (event, zoom_account_id, disposition, reason, body_size, body_sha256, body)
    on ingress.deliveries to receiver;
grant select, update on ingress.deliveries to pipeline;
