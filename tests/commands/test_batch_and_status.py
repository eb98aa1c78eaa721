"""`batch`, `status` and the help: running the pipeline from the command line."""

import re

import pytest

from integration.commands.main import COMMANDS
from simulator.company import DEFAULT_ACCOUNT_ID, build_company
from tests.commands.program import Program, directory_file, execute, rows

NOT_REQUIRED_YET = {"sign-in-link"}
CONTRACT = {
    "up", "serve", "stop", "migrate", "database-url", "batch", "rebuild", "import-users",
    "sign-in-link", "sign-in-with", "explain", "audit", "status", "connect", "erase", "export",
    "dbt", "simulate", "create-logins", "rotate-key", "dagster",
}  # fmt: skip
BESIDES = {"heal"}  # a lost day is healed without Dagster's UI, too


def test_the_help_lists_every_command(program: Program) -> None:
    listed = re.findall(r"^  ([a-z-]+)  ", program("--help").out.partition("Commands:")[2], re.M)
    assert listed == list(COMMANDS)
    assert CONTRACT - set(listed) <= NOT_REQUIRED_YET
    assert set(listed) - CONTRACT == BESIDES


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "simulate"])
def test_every_command_shows_its_help_without_settings(
    command: str, embedded_program: Program
) -> None:
    answer = embedded_program(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: worksights-zoom {command}")
    assert not (embedded_program.home / "postgres").exists()


def test_an_unknown_command_is_refused(program: Program) -> None:
    answer = program("destroy")
    assert answer.is_a_plain_refusal
    assert "No such command 'destroy'" in answer.err


@pytest.mark.parametrize("time", ["2026-03-02T10:00:00", "2026-03-02", "now", "10:00", ""])
def test_a_batch_refuses_a_time_without_a_zone(time: str, program: Program) -> None:
    answer = program("batch", "--now", time)
    assert answer.is_a_plain_refusal
    assert "is not a time with a time zone. Use a time such as 2026-03-02T10:00:00Z" in answer.err


def test_a_batch_refuses_a_time_in_the_future(program: Program) -> None:
    answer = program("batch", "--now", "2099-01-01T00:00:00Z")
    assert answer.is_a_plain_refusal
    assert "2099-01-01 00:00:00 UTC is in the future" in answer.err
    assert "--pretend" in answer.err
    url = program.settings["DATABASE_URL"]
    assert rows(url, "select count(*) from pipeline.batches") == [(0,)]


def test_a_trial_batch_may_run_as_of_a_later_time(program_with_tables: Program) -> None:
    answer = program_with_tables("batch", "--now", "2099-01-01T00:00:00Z", "--pretend")
    assert answer.code == 0, answer.err[-1000:]
    assert answer.out.startswith("batch 1 as of 2099-01-01 00:00:00 UTC")


def test_a_failed_batch_is_recorded_without_the_daemon(program_with_tables: Program) -> None:
    program = program_with_tables
    execute(program.settings["DATABASE_URL"], "alter table zoom_raw.events rename to elsewhere")
    codes = [program("batch").code for _ in range(2)]
    recorded = "select job, steps <> '{}', number from pipeline.run_failures order by number"
    assert codes == [1, 1]
    assert rows(program.settings["DATABASE_URL"], recorded) == [
        ("zoom_batch", True, 1),
        ("zoom_batch", True, 2),
    ]
    assert "- Batches are late. Batches are failing." in program("status").out


def test_the_status_shows_what_a_batch_has_done(
    program_with_tables: Program, zoom_url: str
) -> None:
    program = program_with_tables
    zoom = {"ZOOM_OAUTH_URL": zoom_url, "ZOOM_API_URL": zoom_url}
    empty = program("status")
    file = directory_file(program.home, build_company())
    assert program("import-users", str(file), "--organization", "acme").code == 0
    connected = program(
        "connect", "--organization", "acme", "--zoom-account", DEFAULT_ACCOUNT_ID, "--owner",
        "marcus.lindgren@acme-works.com", "--server-to-server", **zoom,
    )  # fmt: skip
    assert connected.code == 0, connected.err
    before = program("status")
    batch = program("batch", "--now", "2026-03-02T11:00:00+01:00", **zoom)
    after = program("status")

    assert [answer.code for answer in (empty, before, batch, after)] == [0, 0, 0, 0], batch.err
    assert "No Zoom account is connected" in empty.out
    assert facts(empty.out) == {
        "permissions": "nothing missing",
        "subscription": "nothing missing",
        "last batch": "none yet",
        "backlog": "0 deliveries waiting; 0 quarantined in the last day",
        "next batch": "nothing to do",
        "delay to entry": "no entries in the last 7 days",
        "failed runs": "0 in the last day",
        "nightly audit": "none yet",
        "mail": "0 waiting; 0 failed in the last 7 days",
        "notifications": "no problem",
        "not derived": "nothing",
    }
    assert "never" in before.out
    assert "import" in facts(before.out)["next batch"]
    assert batch.out.splitlines()[0].startswith("batch 1 as of 2026-03-02 10:00:00 UTC, ")
    assert batch.out.splitlines()[1:] == [
        "deliveries: none waiting",
        "sessions affected: 0",
        "timeline entries written: 0",
    ]
    imported = rows(
        program.settings["DATABASE_URL"], "select count(distinct zoom_user_id) from zoom_raw.users"
    )[0][0]
    assert imported > 0
    line = next(line for line in after.out.splitlines() if DEFAULT_ACCOUNT_ID in line)
    assert re.split(r"\s*│\s*", line)[1:5] == ["acme", DEFAULT_ACCOUNT_ID, "active", str(imported)]
    assert facts(after.out)["last batch"].startswith("1, finished ")


def facts(out: str) -> dict[str, str]:
    found = re.findall(r"^([a-z ]+):\s+(.*)$", out, re.M)
    return dict(found)
