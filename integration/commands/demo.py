"""The demo: a simulated company with a connected Zoom account and a day of meetings."""

import secrets
from datetime import UTC, date, datetime, time, timedelta

import click
from rich.console import Console
from rich.table import Table

from integration.commands import demo_day as timeline
from integration.commands.keys import create_missing_keys
from integration.commands.operator import operator
from integration.commands.processes import Supervisor
from integration.commands.sign_in_link import create_link
from integration.database.postgres import connect, transaction
from integration.directory.worksights_users import first_of_roles
from integration.quantities import quantity
from integration.settings import Settings, SettingsError

ORGANIZATION = "acme-works"
ACCOUNT = "AcmeWorksAccount000000"  # the simulator's company
OWNER = "marcus.lindgren@acme-works.com"
PEOPLE_SHOWN = 3
ROLES_SHOWN = ("executive", "admin", "manager", "member")


def settings_of_demo(settings: Settings, *, simulator_port: int) -> Settings:
    """Settings that point to the simulator. They are stored below the home, so that other commands
    use the demo, too.
    """
    if settings.get("DATABASE_URL"):
        raise SettingsError(
            "DATABASE_URL is set. The demo adds fictional people, so it runs only on the embedded "
            "database. Unset DATABASE_URL, or run `up` without --demo."
        )
    if settings.get("ZOOM_CLIENT_ID", "demo-client") != "demo-client":
        raise SettingsError(
            "ZOOM_CLIENT_ID is set, so this directory belongs to a real Zoom account. Use a "
            "different one for the demo: "
            "WORKSIGHTS_ZOOM_HOME=.local/demo worksights-zoom up --demo"
        )
    simulator = f"http://127.0.0.1:{simulator_port}"
    demo = {"ZOOM_OAUTH_URL": simulator, "ZOOM_API_URL": simulator}
    kept = create_missing_keys(
        settings,
        ZOOM_CLIENT_ID="demo-client",
        ZOOM_CLIENT_SECRET=secrets.token_urlsafe(16),
        ZOOM_WEBHOOK_SECRET_TOKEN=secrets.token_urlsafe(16),
        addresses=demo,
    )
    return Settings(home=kept.home, values={**kept.values, **demo})


def refuse_real_data(url: str) -> None:
    """Raises ClickException if the database has other organizations: fictional people must not be
    mixed with real ones.
    """
    with connect(url) as connection:
        if timeline.has_other_organizations(connection, ORGANIZATION):
            raise click.ClickException(
                "This database contains real organizations. Use a different directory for the "
                "demo: "
                "WORKSIGHTS_ZOOM_HOME=.local/demo worksights-zoom up --demo"
            )


def show_day(processes: Supervisor, settings: Settings, url: str, *, page: str) -> None:
    """Connects the simulated account, sends yesterday's events, runs a batch, and prints the
    timeline.
    """
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    webhooks = f"{page}/webhooks/zoom"
    click.echo("Starting the Zoom simulator, which keeps sending new events…")
    port = settings.require("ZOOM_API_URL").rpartition(":")[2]
    processes.start(
        "simulated-zoom",
        "python",
        "-m",
        "simulator",
        "serve",
        "--port",
        port,
        "--webhook-url",
        webhooks,
        "--live",
    )
    click.echo("Importing WorkSights users and connecting the Zoom account…")
    directory = settings.home / "demo-users.csv"
    directory.write_text(processes.run("-m", "simulator", "directory"))
    processes.run(
        "-m", "integration.commands", "import-users", str(directory),
        "--organization", ORGANIZATION, "--organization-name", "Acme Works",
    )  # fmt: skip
    processes.run(
        "-m", "integration.commands", "connect", "--organization", ORGANIZATION,
        "--zoom-account", ACCOUNT, "--owner", OWNER, "--server-to-server",
    )  # fmt: skip
    with transaction(url) as connection:
        # Sessions from before the connection do not appear, so the connection must start earlier.
        timeline.backdate_connection(
            connection,
            zoom_account_id=ACCOUNT,
            connected_at=datetime.combine(yesterday, time(), UTC),
        )
    click.echo(f"Sending a day of meetings ({yesterday:%A, %d %B %Y})…")
    click.echo(
        "  "
        + processes.run(
            "-m", "simulator", "day", "--date", str(yesterday), "--webhook-url", webhooks
        ).strip()
    )
    click.echo("Running a batch (about 30 seconds)…")
    click.echo(
        "  " + processes.run("-m", "integration.commands", "batch").strip().replace("\n", "\n  ")
    )
    _print_day(url, yesterday)


def sign_in_links(settings: Settings, url: str) -> list[str]:
    """Lines with a role and a one-time link for a user with that role."""
    with connect(url, role="page") as connection:
        people = first_of_roles(connection, organization_id=ORGANIZATION, roles=ROLES_SHOWN)
    links = {
        role: create_link(settings, url, email=email, organization=ORGANIZATION, made_by=operator())
        for role, email in people
    }
    return [f"{role:<10} {link}" for role, link in links.items()]


def _print_day(url: str, day: date) -> None:
    with connect(url, role="pipeline") as connection:
        entries = timeline.entries_of_day(connection, organization_id=ORGANIZATION, day=day)
        outcomes = timeline.outcomes(connection, organization_id=ORGANIZATION)
    console = Console(highlight=False)
    busiest = sorted(
        {e.full_name for e in entries}, key=lambda n: -sum(e.full_name == n for e in entries)
    )
    for name in busiest[:PEOPLE_SHOWN]:
        table = Table(
            "from",
            "to",
            "minutes",
            "entry",
            title=f"{name}, {day:%A, %d %B %Y} (UTC)",
            title_justify="left",
        )
        for entry in entries:
            if entry.full_name == name:
                minutes = f"{entry.duration_seconds / 60:.0f}"
                table.add_row(
                    f"{entry.started_at:%H:%M}",
                    f"{entry.ended_at:%H:%M}",
                    minutes,
                    f"[cyan]{entry.title}[/cyan]",
                )
        console.print(table)
    console.print(
        f"{quantity(len(entries), 'entry', 'entries')} for "
        f"{quantity(len(busiest), 'person', 'people')} on this day ({PEOPLE_SHOWN} people shown)."
    )
    console.print(
        "Outcomes for all participants: " + ", ".join(f"{count} {name}" for name, count in outcomes)
    )
