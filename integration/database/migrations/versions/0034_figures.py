"""What the figures of /metrics need: the number of each job's failures, the delay of entries, and
indexes, so that reading them costs the same however long the history is.
"""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- The running number of the failure within its job: old failures are deleted, so counting the rows
-- would not give it.
alter table pipeline.run_failures add column number bigint;
update pipeline.run_failures set number = counted.number
from (
    select run_id, row_number() over (partition by job order by failed_at, run_id) as number
    from pipeline.run_failures
) as counted
where run_failures.run_id = counted.run_id;
create index run_failures_job on pipeline.run_failures (job, failed_at);

-- The time from the arrival of a session's last event to its entries, for entries of this batch.
alter table pipeline.batches add column delay_median interval, add column delay_95 interval;
create index batches_finished on pipeline.batches (finished_at, batch);
create index batches_with_entries on pipeline.batches (batch) where delay_95 is not null;

create index notifications_created on integration.notifications (created_at);

-- The page's process counts the open requests of all organizations.
alter policy own_organization on integration.erasure_requests using (
    organization_id = current_setting('worksights.organization', true)
    or current_setting('worksights.organization', true) = '*'
);
"""
