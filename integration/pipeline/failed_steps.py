"""Organizations for which a step of the pipeline failed, while it worked for all others."""

from collections.abc import Mapping

import psycopg

from integration.pipeline.batches import Batch

# What a value can cause. Anything else (a lost connection, a full disk) is no organization's fault
# and fails the step.
DATA_ERRORS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.CardinalityViolation,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.RaiseException,
)


def note_failed_organizations(
    connection: psycopg.Connection, step: str, errors: Mapping[str, str], batch: Batch
) -> None:
    """`errors`: organization -> SQLSTATE or class of the error. What the step noted before, and is
    not among them, is well again.
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
