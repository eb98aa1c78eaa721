"""`dagster`: one of Dagster's processes, for systemd and containers."""

import time
from pathlib import Path

import click

from integration.commands.code_server import listens
from integration.commands.dagster_processes import (
    CODE_SERVER,
    DAGSTER_PROCESSES,
    process_of,
    refuse_unusable,
    refuse_unusable_database,
)
from integration.commands.processes import become
from integration.database.postgres import connect, database_url
from integration.settings import read_settings


@click.command()
@click.argument("process", type=click.Choice(tuple(DAGSTER_PROCESSES)))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address for the web server to listen on. Dagster itself asks no one to sign in.",
)
@click.option("--port", default=3000, show_default=True, help="Port for the web server.")
def dagster(process: str, host: str, port: int) -> None:
    """Run one of Dagster's processes. `up` runs all three.

    \b
    code-server  runs the batches, sensors and schedules
    daemon       starts batches when they are due
    webserver    serves the Dagster UI

    The daemon and the web server wait for the code server of the same WORKSIGHTS_ZOOM_HOME. Each
    process gets only the settings that it needs.
    """
    settings = read_settings().only_of(DAGSTER_PROCESSES[process])
    if process == CODE_SERVER:
        refuse_unusable(settings)
        url = database_url(settings, "pipeline")
        refuse_unusable_database(settings, url)
    else:
        settings.dagster_hosts, settings.dagster_changes  # noqa: B018  (refuses other values)
        url = database_url(settings, "pipeline")
        connect(url, role="pipeline").close()  # fails with a message here, not with a traceback
        wait_for_code_server(settings.home)
    started = process_of(process, settings, url, host=host, port=port)
    become(*started.command, env=started.env)


def wait_for_code_server(home: Path) -> None:
    """Without a time limit, because whatever runs the code server restarts it if it fails."""
    if not listens(home):
        click.echo("Waiting for Dagster's code server…", err=True)
    while not listens(home):
        time.sleep(0.5)
