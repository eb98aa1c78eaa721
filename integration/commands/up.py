"""`up`: runs the whole product on one machine, until Ctrl-C."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator

import click
import requests

from integration.commands.code_server import listens
from integration.commands.dagster_processes import CODE_SERVER, DAGSTER_PROCESSES, process_of
from integration.commands.demonstration.days import show_days
from integration.commands.demonstration.links import lines_of_links, program
from integration.commands.demonstration.settings import refuse_real_data, settings_of_demo
from integration.commands.keys import create_missing_keys, own_settings, store_missing
from integration.commands.one_up import only_up
from integration.commands.own_database import database_for, restart_database
from integration.commands.ports import PORT, free_port, is_in_use, metrics_port, port_for
from integration.commands.processes import with_addresses
from integration.commands.supervisor import Supervisor
from integration.database import postgres
from integration.keys.check import check_keys, purposes_in_use
from integration.pipeline.kept_erasures import apply_kept_erasures
from integration.pipeline.migrate import migrate
from integration.privacy.erasures_file import refuse_a_missing_key
from integration.settings import Settings, environment_of_children, read_settings

NEEDED = ("ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN")
READY_SECONDS = 600  # a process may start slowly; one that exits is noticed at once
DATABASE_CHECK_SECONDS = 5


@click.command()
@click.option(
    "--demo", is_flag=True, help="Use simulated Zoom accounts with ten working days of sample data."
)
@click.option(
    "--port", type=PORT, default=8080, show_default=True, help="Port for the receiver and the page."
)
@click.option(
    "--dagster-port", type=PORT, default=3000, show_default=True, help="Port for the Dagster UI."
)
def up(demo: bool, port: int, dagster_port: int) -> None:
    """Start the database, receiver, page and Dagster. Press Ctrl-C to stop everything."""
    settings = read_settings()
    with stop_on_signal(), only_up(settings.home, say=say) as mark:
        is_public = bool(own_settings(settings).get("PUBLIC_URL"))
        if demo:
            settings = settings_of_demo(settings, simulator_port=free_port())
        settings.require_all(*NEEDED)
        settings.erase_after_days  # noqa: B018  (refuses more than Zoom allows)
        settings.dagster_hosts, settings.dagster_changes  # noqa: B018  (refuses other values)
        metrics_port(settings)  # refuses other values
        port = port_for(port, option="--port", is_chosen=is_public or _is_given("port"), say=say)
        dagster_port = port_for(
            dagster_port, option="--dagster-port", is_chosen=_is_given("dagster_port"), say=say
        )
        settings = store_missing(settings, {}, addresses={"PUBLIC_URL": f"http://127.0.0.1:{port}"})
        with database_for(settings, say=say) as url:
            say("Applying database migrations…")
            migrate(settings, url, say=say)
            settings = with_keys(settings, url)
            apply_kept_erasures(settings, url, say=say)
            if demo:
                refuse_real_data(url)
            commands = environment_of_children(settings, **address_of_embedded(settings, url))
            with Supervisor(commands, logs=settings.home / "logs", mark=mark) as processes:
                run(processes, settings, url, port=port, dagster_port=dagster_port, demo=demo)


def _is_given(option: str) -> bool:
    source = click.get_current_context().get_parameter_source(option)
    return source is not click.core.ParameterSource.DEFAULT


def run(
    processes: Supervisor, settings: Settings, url: str, *, port: int, dagster_port: int, demo: bool
) -> None:
    """Starts all processes, prints the addresses, and monitors the processes until stopped."""
    page, dagster = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{dagster_port}"
    say("Starting the receiver and the page…")
    metrics = place_of_metrics(settings, page)
    processes.start(
        "receiver",
        *("python", "-m", "integration.commands", "serve", "--port", str(port)),
        env=environment_of_web(settings),
    )
    wait_until_200(f"{page}/readyz", processes)
    if demo:
        show_days(processes, settings, url, page=page)
    say("Starting Dagster (about 20 seconds)…")
    start_dagster(processes, settings, port=dagster_port)
    wait_until_200(f"{dagster}/server_info", processes)
    say("")
    say("Everything is running:")
    say(f"  page           {settings.public_url}")
    say(f"  Dagster        {dagster}")
    say(f"  webhook URL    {page}/webhooks/zoom")
    say(f"  metrics        {metrics}")
    say(f"  SQL            {psql_command(settings, url)}")
    say(f"  logs           {settings.home / 'logs'}")
    print_sign_in_help(settings, url, demo=demo)
    say("Batches run every 20 minutes when there is new data. Press Ctrl-C to stop everything.")
    while True:
        for _ in range(DATABASE_CHECK_SECONDS):
            processes.restart_exited(say=say)
            time.sleep(1)
        restart_database(settings, say=say)


def place_of_metrics(settings: Settings, page: str) -> str:
    """The address, or why there is none yet. The receiver has not started, so it has no port."""
    port = metrics_port(settings)
    if port is None:
        return f"{page}/metrics"
    try:
        if is_in_use(port, option="METRICS_PORT"):
            return f"not served until another program releases port {port} (METRICS_PORT)"
    except click.ClickException as error:
        return f"not served. {error.message}"
    return f"http://127.0.0.1:{port}/metrics"


def with_keys(settings: Settings, url: str) -> Settings:
    """The settings with the keys that were missing. SettingsError if the database, or the file of
    erasures, has data that was made with other keys.
    """
    with postgres.connect(url) as connection:
        in_use = purposes_in_use(connection)
        if "tombstone" not in in_use:
            refuse_a_missing_key(settings)
        settings = create_missing_keys(settings, in_use=in_use)
        check_keys(connection, settings)
    return settings


def start_dagster(processes: Supervisor, settings: Settings, *, port: int) -> None:
    """Starts the code server, and then the daemon and the web server, which use it."""
    url = postgres.database_url(settings, "pipeline")
    for process in DAGSTER_PROCESSES:
        started = process_of(process, settings, url, host="127.0.0.1", port=port)
        processes.start(f"dagster-{process}", *started.command, env=started.env)
        if process == CODE_SERVER:
            wait_until(lambda: listens(settings.home), processes, what="Dagster's code server")


def environment_of_web(settings: Settings) -> dict[str, str]:
    """The environment of the receiver and the page, each with its own login if it has one."""
    urls = {process: postgres.database_url(settings, process) for process in ("receiver", "page")}
    return environment_of_children(with_addresses(settings, **urls).only_of(*urls))


def address_of_embedded(settings: Settings, url: str) -> dict[str, str]:
    """For commands, so that none of them starts an embedded server of its own."""
    return {"DATABASE_URL": url} if postgres.embedded_is_used(settings) else {}


def psql_command(settings: Settings, url: str) -> str:
    """The psql command; a DATABASE_URL may contain a password, which must not be logged."""
    if postgres.embedded_is_used(settings):
        return f"psql '{url}'"
    return 'psql "$(worksights-zoom database-url)"'


def print_sign_in_help(settings: Settings, url: str, *, demo: bool) -> None:
    """Prints how to sign in; for the demo, a link for a user of each role."""
    command = f"{program()} sign-in-link --user EMAIL"
    if not demo:
        say(f"To sign in to the page, run: {command}")
        return
    say("")
    say("To sign in, open a link and press the button. Use a private window for each person,")
    say("because a browser can be signed in as only one person at a time. Each link works once and")
    say("expires after 10 minutes.")
    for line in lines_of_links(settings, url):
        say(line)
    say(f"For a new link, run: {command}")
    say("")


@contextlib.contextmanager
def stop_on_signal() -> Iterator[None]:
    """Makes SIGTERM stop the command like Ctrl-C: in order, with exit code 0.

    Also restores SIGINT, which background processes of a shell without job control ignore.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        say("Stopped.")


def wait_until_200(address: str, processes: Supervisor) -> None:
    """Waits until the address responds with 200."""

    def is_200() -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(address, timeout=5).status_code == 200
        return False

    wait_until(is_200, processes, what=address)


def wait_until(is_ready: Callable[[], bool], processes: Supervisor, *, what: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        processes.raise_if_any_exited()
        if is_ready():
            return
        time.sleep(0.2)
    raise click.ClickException(
        f"{what} did not respond within {READY_SECONDS} seconds. See the logs "
        "directory in WORKSIGHTS_ZOOM_HOME."
    )


def say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()
