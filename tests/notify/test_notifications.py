"""Whoever can act on a problem is notified of it once, by mail and by webhook, whatever happens to
the processes and servers on the way.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import psycopg
import pytest

from integration.causes.people import Unmapped
from integration.causes.table import CAUSES
from integration.database.postgres import connect
from integration.housekeeping.expired_rows import delete_expired_rows
from integration.notify import webhook
from integration.notify.waiting import INTERRUPTED
from tests.notify.watched import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OF_INSTALLATION,
    OPERATOR,
    RESPONSIBLE,
    SECRET,
    SITUATIONS,
    Watched,
    watched,
)
from tests.notify.webhook_receiver import webhook_receiver


@pytest.fixture(scope="module")
def shared(server_url: str) -> Iterator[Watched]:
    with watched(server_url) as one:
        yield one


@pytest.fixture
def acme(shared: Watched) -> Watched:
    shared.forget()
    return shared


def test_nobody_is_notified_while_all_is_well(acme: Watched) -> None:
    acme.look(NOW)
    assert (
        acme.mailed,
        acme.receiver.calls,
        acme.rows("select cause from integration.causes"),
    ) == ([], [], [])


def test_every_cause_has_a_situation() -> None:
    of_operators = {operator for *_, operator in SITUATIONS.values() if operator}
    assert set(SITUATIONS) | of_operators | set(OF_INSTALLATION) == set(CAUSES)


@pytest.mark.parametrize("cause", SITUATIONS)
def test_each_cause_leads_to_one_mail_and_one_webhook(cause: str, acme: Watched) -> None:
    """Of eight looks at once, four of them by restarted processes; and none later on."""
    of_operator, holds = SITUATIONS[cause][2], CAUSES[cause].holds
    acme.make(cause)
    due = NOW if cause == "no_webhook" else NOW + holds  # that one has held for weeks
    if due > NOW:
        acme.look(NOW)
        assert (acme.mailed, acme.receiver.calls) == ([], [])  # it may be over soon
        if cause != "updates_late":
            acme.goes_on(at=due)
    acme.four_look(due)
    acme.look(due + 2 * MINUTE)
    people = sorted({who for who, _ in acme.mailed})
    assert len(acme.mailed) == len(people)
    assert people == sorted([*RESPONSIBLE, *(["oncall"] if of_operator else [])])
    assert acme.receiver.causes == sorted([cause, *([of_operator] if of_operator else [])])
    assert len(acme.receiver.calls) == len(acme.receiver.causes)
    for mail in acme.box.received:
        words = f"{mail.message['Subject']} {mail.text} {mail.html}"
        assert [name for name in ("Name of", "Nora", "n@else") if name in words] == []
        assert ("Meanwhile: " in mail.text, "https://page.example" in mail.text) == (
            True, mail.recipient.startswith(tuple(RESPONSIBLE)),
        )  # fmt: skip


@pytest.mark.parametrize("cause", [*OF_INSTALLATION, "silence"])
def test_the_operator_is_notified_once_of_each_cause_of_the_installation(
    cause: str, acme: Watched
) -> None:
    """And again only after it has ended and come back."""
    name = SITUATIONS[cause][2] if cause in SITUATIONS else cause
    holds = CAUSES[name].holds
    times = [NOW, NOW + 2 * HOUR + holds]
    for number, start in enumerate(times, 1):
        acme.make(cause, now=start)
        if holds:
            acme.look(start)
            acme.goes_on(at=start + holds)
        acme.four_look(start + holds)
        acme.look(start + holds + 2 * MINUTE)
        assert acme.receiver.causes.count(name) == number
        mails = [mail for mail in acme.box.received if mail.recipient == OPERATOR]
        assert len(mails) == number
        assert "Meanwhile: " in mails[-1].text
        acme.is_well(at=start + holds + 5 * MINUTE)
        acme.look(start + holds + 5 * MINUTE)
        states = acme.rows(
            "select ended_at is null from integration.causes where cause = %s", [name]
        )
        assert states == [(False,)] * number


def test_the_url_is_not_monitored_once_each_secret_is_bound_to_an_account(acme: Watched) -> None:
    acme.make("url_validation_lapsed")
    acme.look(NOW)
    bound = acme.settings.changed({"ZOOM_WEBHOOK_SECRET_TOKEN": "secret@account"})
    replace(acme, settings=bound).look(NOW + 2 * MINUTE)
    found = acme.rows("select noticed_at, ended_at from integration.causes")
    assert found == [(NOW, NOW + 2 * MINUTE)]


def test_people_are_notified_of_a_cause_again_only_when_it_has_ended_and_is_back(
    acme: Watched,
) -> None:
    acme.make("access_lost")
    acme.look(NOW)
    acme.look(NOW + HOUR)
    assert acme.receiver.causes == ["access_lost"]
    acme.is_well(at=NOW + 2 * HOUR)
    acme.look(NOW + 2 * HOUR)
    acme.make("access_lost")
    acme.goes_on(at=NOW + 3 * HOUR)
    acme.look(NOW + 3 * HOUR)
    assert acme.receiver.causes == ["access_lost", "access_lost"]
    assert [who for who, _ in acme.mailed] == sorted(2 * RESPONSIBLE)


def test_a_message_about_a_problem_that_has_ended_is_not_sent(acme: Watched) -> None:
    acme.make("access_lost")
    acme.receiver.answers[:] = [500]
    acme.box.answers["CONNECT"] = "421 closed"
    acme.look(NOW)
    acme.box.answers.clear()
    acme.is_well(at=NOW + 10 * MINUTE)
    acme.look(NOW + 10 * MINUTE)
    assert (acme.mailed, len(acme.receiver.calls)) == ([], 1)
    assert {status for _, status, _ in acme.states()} == {"dropped"}


def test_whoever_leaves_gets_no_mail_and_somebody_always_does(acme: Watched) -> None:
    acme.rows("update worksights.users set role = 'member' where user_id like '%%admin'")
    acme.rows("update worksights.users set deactivated_at = now() where user_id = 'executive'")
    try:
        acme.make("access_lost")
        acme.look(NOW)
    finally:
        acme.rows("update worksights.users set role = user_id, deactivated_at = null")
    assert [who for who, _ in acme.mailed] == ["owner"]


def test_somebody_looks_once_in_a_minute(acme: Watched) -> None:
    acme.look(NOW)
    acme.make("access_lost")
    for seconds, causes in ((30, []), (60, ["access_lost"])):
        acme.look(NOW + seconds * MINUTE / 60)
        assert acme.receiver.causes == causes


def test_an_organization_that_cannot_be_looked_at_keeps_nobody_from_the_others(
    acme: Watched,
) -> None:
    def count(connection: psycopg.Connection, organization_id: str) -> Unmapped:
        if organization_id == "acme":
            connection.execute("set local statement_timeout = 1")
            connection.execute("select pg_sleep(1)")
        return Unmapped(0, 0, 0)

    acme.make("access_lost")
    acme.make("updates_late")
    acme.rows("insert into worksights.organizations values ('zeta', 'Zeta', %s)", [NOW - DAY])
    acme.rows(
        "insert into integration.connections (connection_id, organization_id, zoom_account_id, "
        "connected_at, granted_at, status) values ('z', 'zeta', 'z', %(now)s, %(now)s, "
        "'needs_attention')",
        {"now": NOW},
    )
    try:
        acme.look(NOW, count=count)
        found = acme.rows("select distinct organization_id from integration.causes order by 1")
    finally:
        acme.rows("delete from integration.connections where connection_id = 'z'")
    assert found == [("zeta",), (None,)]


def test_a_failing_channel_is_tried_again_and_keeps_nobody_from_the_other(acme: Watched) -> None:
    acme.make("access_lost")
    acme.receiver.answers[:] = [500]
    acme.look(NOW)
    assert len(acme.mailed) == 3
    assert acme.states()[-1] == (
        "webhook", "waiting", "The webhook receiver rejected the message (500).",
    )  # fmt: skip
    acme.look(NOW + MINUTE)
    first, second = acme.receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert acme.states()[-1] == ("webhook", "sent", None)


def test_a_receiver_that_hangs_or_redirects_gets_it_later(
    acme: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_SECONDS", 0.2)
    acme.make("access_lost")
    with webhook_receiver() as elsewhere:

        def redirect(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(307)
            handler.send_header("location", elsewhere.url)
            handler.end_headers()

        acme.receiver.answers[:] = [lambda _: time.sleep(0.5), redirect]
        reasons = []
        for minutes in (0, 2, 5):
            acme.look(NOW + minutes * MINUTE)
            reasons.append(acme.states()[-1][2])
        assert elsewhere.calls == []
    assert reasons == [
        "The webhook receiver did not answer in time.",
        "The webhook receiver redirects, and redirects are not followed (307).",
        None,
    ]
    assert (acme.receiver.causes, len(acme.mailed)) == (["access_lost"], 3)


def test_what_could_not_be_sent_in_a_day_is_given_up_with_the_reason(acme: Watched) -> None:
    acme.make("access_lost")
    acme.receiver.answers[:] = [410]
    acme.box.answers["CONNECT"] = "421 closed"
    acme.look(NOW)
    acme.goes_on(at=NOW + DAY + HOUR)
    acme.look(NOW + DAY + HOUR)
    assert acme.states() == [
        *3 * [("mail", "failed", "The mail server refused the connection (421).")],
        ("webhook", "failed", "The webhook receiver no longer accepts messages (410)."),
    ]


def test_a_mail_that_a_killed_process_was_sending_is_not_sent_twice(acme: Watched) -> None:
    """What it had only taken is sent by the next process."""
    acme.make("access_lost")
    acme.box.answers["CONNECT"] = "421 closed"
    acme.look(NOW)
    acme.box.answers.clear()
    acme.rows(
        "update integration.notifications set taken_until = %(then)s, "
        "status = case user_id when 'admin' then 'sending' else 'waiting' end "
        "where channel = 'mail'",
        {"then": NOW + 5 * MINUTE},
    )
    acme.look(NOW + 4 * MINUTE)
    assert acme.mailed == []
    acme.look(NOW + 6 * MINUTE)
    assert [who for who, _ in acme.mailed] == ["executive", "technical_admin"]
    assert ("mail", "failed", INTERRUPTED) in acme.states()


def test_a_webhook_is_signed_and_holds_no_personal_data(acme: Watched) -> None:
    acme.make("users_unmapped")
    acme.look(NOW)
    acme.goes_on(at=NOW + DAY + HOUR)
    acme.look(NOW + DAY + HOUR)
    (call,) = acme.receiver.calls
    seconds, number = call.headers["webhook-timestamp"], call.headers["webhook-id"]
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = hmac.new(key, f"{number}.{seconds}.".encode() + call.body, hashlib.sha256)
    wanted = f"v1,{base64.b64encode(signed.digest()).decode()}"
    assert (call.headers["webhook-signature"], int(seconds)) == (
        wanted, int((NOW + DAY + HOUR).timestamp()),
    )  # fmt: skip
    content = json.loads(call.body)
    assert (content["type"], content["data"]["title"], content["data"]["organization_id"]) == (
        "zoom.problem", "Some Zoom users are not mapped", "acme",
    )  # fmt: skip
    assert [name for name in ("Nora", "zu-new", "@") if name in call.body.decode()] == []


def test_problems_are_forgotten_some_months_after_they_ended(acme: Watched) -> None:
    acme.make("access_lost")
    acme.look(NOW)
    acme.is_well(at=NOW + HOUR)
    acme.look(NOW + HOUR)
    for days, kept in ((89, 4), (91, 0)):
        with connect(acme.url) as connection:
            delete_expired_rows(connection, now=NOW + days * DAY, quarantine_days=7)
        assert len(acme.states()) == kept
