"""Wires all Dagster definitions together. Contains no logic."""

import dagster as dg

from orchestration.assets.completeness import no_session_is_missing
from orchestration.assets.connections import connections
from orchestration.assets.dbt import dbt_models, facts
from orchestration.assets.email_addresses import email_addresses
from orchestration.assets.healed_days import healed_days
from orchestration.assets.settings import settings
from orchestration.assets.sources import sources
from orchestration.assets.zoom_events import zoom_events
from orchestration.assets.zoom_users import zoom_users
from orchestration.automation import every_20_minutes, every_night, nightly_audit, zoom_batch
from orchestration.healing import heal, heal_every_hour
from orchestration.housekeeping import housekeeping, housekeeping_every_night
from orchestration.resources import BatchInProgress, Installation
from orchestration.sensors.backlog import backlog
from orchestration.sensors.deauthorization import deauthorization, erase_due_accounts
from orchestration.sensors.digests import digests, send_monday_digests
from orchestration.sensors.lost_runs import lost_runs
from orchestration.sensors.new_connection import new_connection
from orchestration.sensors.passed_audits import passed_audits
from orchestration.sensors.run_failures import run_failures


@dg.definitions
def defs() -> dg.Definitions:
    installation = Installation()
    return dg.Definitions(
        assets=[
            *sources,
            zoom_users,
            zoom_events,
            healed_days,
            connections,
            *facts,
            settings,
            email_addresses,
            dbt_models,
        ],
        asset_checks=[no_session_is_missing],
        jobs=[
            zoom_batch,
            nightly_audit,
            heal,
            erase_due_accounts,
            send_monday_digests,
            housekeeping,
        ],
        schedules=[every_20_minutes, every_night, heal_every_hour, housekeeping_every_night],
        sensors=[
            new_connection,
            backlog,
            deauthorization,
            digests,
            lost_runs,
            run_failures,
            passed_audits,
        ],
        resources={
            "installation": installation,
            "batch_in_progress": BatchInProgress(installation=installation),
        },
        executor=dg.in_process_executor,
    )
