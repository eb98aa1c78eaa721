"""`status` exits with 1 when something needs attention, and says what."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from integration.settings import PROJECT
from tests.commands.program import Program, execute

CONNECTED = """
    insert into worksights.organizations values ('acme', 'Acme');
    insert into integration.connections (
        connection_id, organization_id, zoom_account_id, owner_user_id, connected_at, granted_at
    )
    select 'c', 'acme', 'AcmeZoomAccount0000000', 'anna', made.at, made.at
    from (values (now() - interval '5 hours')) as made (at);
"""
FINISHED = """
    insert into pipeline.batches (batch, as_of, finished_at)
    values (1, now(), now() - interval '5 hours');
"""
BATCH_FAILED = """
    insert into pipeline.run_failures (run_id, failed_at, job, steps)
    values ('b', now() - interval '1 hours', 'zoom_batch', '{dbt_models}');
"""
AUDIT_FAILED = """
    insert into pipeline.run_failures (run_id, failed_at, job, steps)
    values ('a', now() - interval '6 hours', 'nightly_audit', '{dbt_models}');
"""
AUDIT_PASSED = """
    insert into pipeline.passed_jobs values ('nightly_audit', now() - interval '5 hours');
"""
# As a batch records it: two tables of one session, and the settings of its organization.
FAILURES = """
    insert into pipeline.failures (model, organization_id, scope, error, batch, failed_at)
    select
        failed.model, 'acme', jsonb_strip_nulls(jsonb_build_object(
            'organization_id', 'acme', 'session_id', failed.session_id
        )), '22003', 1, now() - interval '5 hours'
    from (
        values
            ('timeline.sessions', 's1'), ('timeline.activities', 's1'), ('pipeline.settings', null)
    ) as failed (model, session_id);
"""
WAITING = """
    insert into ingress.deliveries (received_at, disposition, body, body_size, body_sha256)
    values (now() - interval '50 minutes', 'waiting', 'x', 1, 'x');
"""
IN_NEED = """
    update integration.connections
    set status = 'needs_attention', status_detail = 'The grant lacks a scope.';
"""
OVERDUE = """
    update integration.connections
    set status = 'disconnected', disconnected_at = now() - interval '2 hours',
        erase_due_at = now() - interval '2 hours';
"""
ASKED = """
    insert into worksights.users (user_id, organization_id, email, full_name, role)
    values ('bea', 'acme', 'bea@acme.example', 'Bea Best', 'member');
    insert into integration.erasure_requests (organization_id, user_id, due_at)
    values ('acme', 'bea', now() + interval '47 hours');
"""
WEBHOOK = """
    insert into integration.notifications
        (organization_id, channel, reason, created_at, next_attempt_at, expires_at)
    values ('acme', 'webhook', 'The webhook receiver cannot be reached.',
        now() - interval '16 minutes', now(), now() + interval '1 day');
"""
MAIL = """
    insert into integration.mails (kind, sealed, status, reason, created_at, expires_at)
    values
        ('sign_in', 'x', 'waiting', 'The mail server does not offer STARTTLS.',
            now() - interval '16 minutes', now() + interval '1 hour'),
        ('sign_in', null, 'failed', 'The mail server refused the recipient (550 5.1.1).',
            now() - interval '2 days', now() - interval '2 days');
"""
VALIDATED = """
    insert into ingress.url_validations values (now() - interval '90 hours');
"""
DAEMON_SEEN = """
    insert into pipeline.passed_jobs values ('dagster_daemon', now() - interval '11 minutes');
"""
GOOD = CONNECTED + FINISHED
STATES = {
    "nothing yet": ("select 1", []),
    "no problems": (GOOD, []),
    "a connection": (
        GOOD + IN_NEED,
        ["Zoom account AcmeZoomAccount0000000 of acme: The grant lacks a scope."],
    ),
    "a failed batch": (
        GOOD + BATCH_FAILED,
        [
            "last batch:     1, finished 5 h ago; last failure 60 min ago\n",
            "- Batches are late. Batches are failing. See Runs in the Dagster UI.",
        ],
    ),
    "a failed batch before the last good one": (
        GOOD + BATCH_FAILED.replace("1 hours", "6 hours"), [],
    ),
    "no batch": (
        CONNECTED.replace("5 hours", "9 hours"),
        ["- Batches are late. No batch has finished for hours."],
    ),
    "a backlog": (
        GOOD + WAITING,
        [
            "backlog:        1 delivery waiting, oldest received 50 min ago",
            "- Batches are late. Deliveries are waiting. Check that the Dagster daemon is running.",
        ],
    ),
    "a failed audit, good batches": (
        GOOD + AUDIT_FAILED,
        [
            "nightly audit:  failed (first time 6 h ago): dbt_models",
            "- The nightly audit failed. It found a difference",
            "worksights-zoom rebuild --check",
        ],
    ),
    "an erasure that is overdue": (
        GOOD + OVERDUE,
        ["worksights-zoom erase --zoom-account AcmeZoomAccount0000000"],
    ),
    "a person who asked for erasure": (
        GOOD + ASKED,
        [
            "User bea of acme asked for erasure, which is due by ",
            "Deactivate the user, then run: worksights-zoom erase --email EMAIL "
            "--organization acme",
        ],
    ),
    "a URL that Zoom no longer validates": (
        GOOD + VALIDATED,
        [
            "URL validation: 3 d ago",
            "- Zoom has not validated the webhook URL for more than 72 hours. Check that the",
        ],
    ),
    "a URL that Zoom validated": (GOOD + VALIDATED.replace("90", "80"), []),
    "a daemon that is gone": (
        GOOD + DAEMON_SEEN,
        [
            "Dagster daemon: 11 min ago",
            "- Dagster's daemon has not been seen for more than 10 minutes. It evaluates",
        ],
    ),
    "a daemon that is there": (GOOD + DAEMON_SEEN.replace("11", "9"), []),
    "a daemon that was seen by a clock ahead": (
        GOOD + DAEMON_SEEN.replace("- interval '11 minutes'", "+ interval '73 hours'"),
        ["Dagster daemon: 3 d in the future", "- Dagster's daemon has not been seen"],
    ),
    "a person who asked for erasure not long ago": (GOOD + ASKED.replace("47", "49"), []),
    "mail that waits": (
        GOOD + MAIL,
        [
            "mail:           1 waiting, the oldest from 16 min ago; 1 failed in the last 7 days: "
            "The mail server refused the recipient (550 5.1.1).",
            "The oldest waiting email is from 16 min ago. The mail server does not offer STARTTLS.",
        ],
    ),
    "a channel over which nothing arrives": (
        GOOD + WEBHOOK,
        [
            "notifications:  webhook: 1 waiting and 0 failed, the oldest from 16 min ago. The "
            "webhook receiver cannot be reached.",
            "Notifications are not arriving (webhook): 1 waiting",
        ],
    ),
    "a channel that failed just now": (GOOD + WEBHOOK.replace("16 minutes", "16 seconds"), []),
    "mail that was refused": (GOOD + MAIL.replace("16 minutes", "16 seconds"), []),
    "a failed run of another job": (
        GOOD + BATCH_FAILED.replace("zoom_batch", "__ASSET_JOB"), [],
    ),
    "a failed audit before one that passed": (GOOD + AUDIT_FAILED + AUDIT_PASSED, []),
    "sessions and settings that fail": (
        GOOD + FAILURES,
        [
            "not derived:    acme: pipeline.settings (first failed 5 h ago), "
            "1 session (first failed 5 h ago)",
            "could not be derived and keep their previous rows",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("state", "said"), STATES.values(), ids=STATES)
def test_problems_are_reported_with_exit_code_1(
    state: str, said: list[str], program: Program
) -> None:
    execute(program.settings["DATABASE_URL"], state)
    answer = program("status")
    assert (answer.code, "Traceback" in answer.text) == (1 if said else 0, False), answer.text
    assert ("Needs attention:" in answer.out) == bool(said)
    assert [text for text in said if text not in answer.out] == []


def test_failing_sessions_are_listed_with_tables_and_error(program: Program) -> None:
    execute(program.settings["DATABASE_URL"], FAILURES)
    answer = program("status")
    listed = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in answer.out.splitlines()
        if line.startswith("│")
    ]
    assert (answer.code, listed) == (
        1,
        [
            ["acme", "s1", "timeline.activities", "22003", "5 h ago"],
            ["", "", "timeline.sessions", "", ""],
        ],
    )


NAMES_OF_PROBLEMS = {
    "a URL that Zoom no longer validates": ["url_validation_lapsed"],
    "a daemon that is gone": ["daemon_silent"],
    "a daemon that was seen by a clock ahead": ["daemon_silent"],
    "a connection": ["access_lost"],
    "a failed batch": ["batches_late"],
    "no batch": ["batches_late"],
    "a backlog": ["batches_late"],
    "a failed audit, good batches": ["audit_failed_anywhere"],
    "an erasure that is overdue": ["erasure_due"],
    "a person who asked for erasure": ["erasure_due"],
    "mail that waits": ["mail_waiting"],
    "a channel over which nothing arrives": ["notifications_failing"],
    "sessions and settings that fail": ["failures_anywhere"],
}
DOCUMENT = (PROJECT / "docs" / "operations" / "monitoring.md").read_text()


@pytest.mark.parametrize(("state", "said"), STATES.values(), ids=STATES)
def test_the_json_says_the_same_as_the_text(state: str, said: list[str], program: Program) -> None:
    execute(program.settings["DATABASE_URL"], state)
    text, answer = program("status"), program("status", "--json")
    shown = json.loads(answer.out)
    name = next(name for name in STATES if STATES[name] == (state, said))
    assert answer.code == text.code
    assert shown["needs_attention"] == bool(answer.code)
    assert [one["name"] for one in shown["problems"]] == NAMES_OF_PROBLEMS.get(name, [])
    without_times = [re.sub(r"\d+ (s|min|h|d)\b", "", one["text"]) for one in shown["problems"]]
    assert all(one in re.sub(r"\d+ (s|min|h|d)\b", "", text.out) for one in without_times)
    assert answer.err == ""


def test_the_json_has_iso_times_and_every_field_is_documented(program: Program) -> None:
    state = GOOD + IN_NEED + FAILURES + WAITING + MAIL + WEBHOOK + AUDIT_FAILED
    execute(program.settings["DATABASE_URL"], state + ASKED)
    answer = program("status", "--json")
    fields = dict(fields_of(json.loads(answer.out)))
    times = {name: value for name, value in fields.items() if name.endswith(("_at", "_since"))}
    assert len(times) > 10
    for value in times.values():
        assert value is None or (value.endswith("Z") and datetime.fromisoformat(value))
    section = DOCUMENT.partition("\n## `status --json`\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`([a-z0-9_.]+)`", section))
    assert sorted(name for name in fields if name not in documented) == []


def fields_of(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """The path and the value of each field; the fields of a list's items have the list's path."""
    if isinstance(value, dict):
        return [
            each
            for key, one in value.items()
            for each in fields_of(one, f"{name}.{key}" if name else key)
        ]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [each for one in value for each in fields_of(one, name)]
    return [(name, value)]


def test_the_json_names_nobody(program: Program) -> None:
    """A user who asked for erasure has a name and an address, which no operator needs here."""
    execute(program.settings["DATABASE_URL"], GOOD + ASKED)
    answer = program("status", "--json")
    assert answer.code == 1
    assert re.findall("Bea Best|bea@acme.example|@", answer.out) == []
    assert [one["user_id"] for one in json.loads(answer.out)["erasures"]["requests"]] == ["bea"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DATABASE_URL": "postgresql://a:secretpw@127.0.0.1:1/x"}, "127.0.0.1"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    ],
)
def test_a_status_that_cannot_be_read_is_neither_good_nor_bad(
    settings: dict[str, str], said: str, program: Program
) -> None:
    answer = program("status", "--json", **settings)
    assert (answer.code, answer.out, answer.is_a_plain_refusal) == (3, "", True)
    assert said in answer.err
    assert "secretpw" not in answer.text
    assert program("status", "--xml").code == 2
