"""Records the organizations for which a step of the pipeline failed."""

from collections.abc import Mapping

import psycopg

from integration.pipeline.batches import Batch

# Errors that a value can cause. Any other error (a lost connection, a full disk) is not caused by
# an organization's data and fails the step.
DATA_ERRORS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.CardinalityViolation,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.RaiseException,
)


def record_failed_organizations(
    connection: psycopg.Connection, step: str, errors: Mapping[str, str], batch: Batch
) -> None:
    """Replaces the step's recorded failures. `errors` maps an organization to the SQLSTATE or class
    of its error.
    """
    connection.execute(
        "delete from pipeline.failures where model = %s and not organization_id = any(%s)",
        [step, list(errors)],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into pipeline.failures (model, organization_id, scope, error, batch)
            values (%(step)s, %(organization)s,
                jsonb_build_object('organization_id', %(organization)s::text), %(error)s, %(batch)s)
            on conflict (model, scope) do update
            set error = excluded.error, batch = excluded.batch, tried_at = clock_timestamp()
            """,
            [
                {
                    "step": step,
                    "organization": organization_id,
                    "error": error,
                    "batch": batch.number,
                }
                for organization_id, error in sorted(errors.items())
            ],
        )
