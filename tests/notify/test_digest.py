"""The Monday digest: to whom, about whom, how often, and without a name."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.notify.waiting import INTERRUPTED
from tests.notify.firm import MEETINGS, NEXT_SEVEN, PEOPLE, SEVEN, Firm, new_firm
from tests.notify.smtp_server import Received


@pytest.fixture(scope="module")
def shared_firm(server_url: str) -> Iterator[Firm]:
    with new_firm(server_url) as one:
        yield one


@pytest.fixture
def firm(shared_firm: Firm) -> Firm:
    shared_firm.reset()
    return shared_firm


def words(mail: Received) -> str:
    """The text, without the token of its link."""
    lines = mail.text.replace("\r\n", "\n")
    return re.sub(r"token=\S+", "token=…", lines)


OF_EVE = """\
Everyone (now 7 people), the week of 16 – 22 November
Compared with 9 – 15 November

Person-hours in sessions: 10 h (+2 h)
With external people: 60% (+48 points)
Companies met: 2, 1 new (+1)
Companies gone quiet: 1 (+1)

- 1 company was met for the first time.
  https://page.example/clients
- The number of companies gone quiet rose from 0 to 1.
  https://page.example/clients?show=quiet
- Time with external people rose from 1 h to 6 h.
  https://page.example/team?week=2026-W47

Open the team's week:
https://page.example/team?week=2026-W47

You get this email on Mondays because you asked for it on your account page.
To stop it, open https://page.example/digest/stop?token=…
"""
OF_MIA = """\
Those who report to you (now 4 people), the week of 16 – 22 November
Compared with 9 – 15 November

Person-hours in sessions: 6 h (−2 h)
With external people: 33% (+21 points)
Companies met: 2, 1 new (+1)
Companies gone quiet: 1 (+1)

- 1 company was met for the first time.
  https://page.example/team?week=2026-W47
- The number of companies gone quiet rose from 0 to 1.
  https://page.example/team?week=2026-W47
- Time with external people rose from 1 h to 2 h.
  https://page.example/team?week=2026-W47

"""


def test_leaders_get_the_figures_of_the_last_week_of_their_people(firm: Firm) -> None:
    firm.subscribe("eve", "mia", "ada", "ann")
    firm.send()
    assert firm.readers == ["eve", "mia"]  # an Admin and a Member see no team
    of_eve, of_mia = sorted(firm.box.received, key=lambda mail: mail.recipient)
    assert words(of_eve) == OF_EVE
    assert words(of_mia).startswith(OF_MIA)
    assert of_eve.message["Subject"] == "The week of 16 – 22 November in figures"
    stop = re.search(r"https://page.example/digest/stop\S+", of_eve.text)[0]
    assert of_eve.message["List-Unsubscribe"] == f"<{stop}>"
    assert of_eve.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert firm.mails() == []


def test_no_mail_names_a_person_a_client_or_a_topic(firm: Firm) -> None:
    firm.subscribe("eve", "mia")
    firm.send()
    names = [*PEOPLE, "surname", "firm", *(company for company, *_ in MEETINGS)]
    for mail in firm.box.received:
        content = re.sub(r"token=[\w.=-]+", "", (mail.text + mail.html).lower())
        assert [name for name in names if re.search(rf"\b{name}\b", content)] == []


def test_nobody_gets_two_digests_of_a_week(firm: Firm) -> None:
    firm.subscribe("eve", "mia")
    firm.send_four_times_at_once()
    assert firm.readers == ["eve", "mia"]
    firm.rows("update worksights.users set time_zone = 'America/Los_Angeles'")
    firm.rows("update integration.digest_subscriptions set is_on = false")
    firm.rows("update integration.digest_subscriptions set is_on = true")
    for hours in (1, 8, 20, 30):
        firm.send(SEVEN + timedelta(hours=hours))
    assert firm.readers == ["eve", "mia"]
    firm.send(NEXT_SEVEN + timedelta(hours=8))
    assert firm.readers == ["eve", "eve", "mia", "mia"]


def test_only_days_that_are_over_everywhere_are_compared(firm: Firm) -> None:
    """It is still Sunday for Ann when her manager's Monday starts."""
    firm.rows("update worksights.users set time_zone = 'Pacific/Auckland' where user_id = 'mia'")
    firm.subscribe("mia")
    firm.send(SEVEN - timedelta(hours=13))
    text = words(firm.box.received[0])
    assert "16 – 21 November compared with 9 – 14 November\n" in text
    assert "Person-hours in sessions: 6 h (+2 h)\n" in text


def test_a_week_without_anything_is_no_news(firm: Firm) -> None:
    firm.subscribe("eve")
    assert firm.send(SEVEN + timedelta(days=70)) == (1, 0)
    assert firm.mails() == []


LOST = {
    "deactivated": "update worksights.users set deactivated_at = now() - interval '9 years'",
    "deleted": "delete from worksights.users where user_id = 'mia'",
    "another role": "update worksights.users set role = 'member'",
    "no reports": "update worksights.users set manager_user_id = null",
    "only former reports": "update worksights.users set deactivated_at = '2026-11-20' "
    "where user_id <> 'mia'",
    "stopped": "update integration.digest_subscriptions set is_on = false",
}


@pytest.mark.parametrize("change", LOST.values(), ids=LOST)
def test_what_changed_since_it_was_prepared_counts(change: str, firm: Firm) -> None:
    firm.subscribe("mia")
    firm.box.answers = {"CONNECT": ["421 not now"]}
    firm.send()
    assert [mail[:2] for mail in firm.mails()] == [("mia", "waiting")]
    firm.rows(change)
    firm.send(SEVEN + timedelta(minutes=5))
    assert (firm.readers, firm.mails()) == ([], [])


def test_groups_of_fewer_than_five_are_not_in_a_mail_if_only_groups_are_shown(firm: Firm) -> None:
    """Only those who were in sessions count. Nor is the week before in it: two mails, one about six
    people and one about five, would give away one.
    """
    firm.choose("view", "grouped")
    firm.subscribe("eve", "mia")
    firm.send()
    assert firm.readers == []  # three were in sessions
    firm.spend(1, "2026-11-25", *PEOPLE)
    firm.send(NEXT_SEVEN)
    assert firm.readers == ["eve"]
    assert "Compared" not in words(firm.box.received[0])
    assert "Person-hours in sessions: 15 h\n" in words(firm.box.received[0])
    firm.rows("update worksights.users set manager_user_id = 'mia' where user_id = 'ada'")
    firm.spend(1, "2026-12-02", *PEOPLE)
    firm.send(NEXT_SEVEN + timedelta(days=7))
    assert firm.readers == ["eve", "eve"]  # all seven without her five would be two
    firm.rows("update worksights.users set manager_user_id = null where user_id = 'mia'")
    firm.rows(
        "insert into worksights.users (user_id, organization_id, email, full_name, role) "
        "select n, 'firm', n || '@firm.example', n, 'member' from unnest('{x,y,z}'::text[]) as n"
    )
    firm.spend(1, "2026-12-09", *PEOPLE, "x", "y", "z")
    firm.send(NEXT_SEVEN + timedelta(days=14))
    assert firm.readers == ["eve", "eve", "eve", "mia"]


def test_there_is_no_digest_while_processing_is_held(firm: Firm) -> None:
    firm.choose("processing", "held")
    firm.subscribe("eve", "mia")
    assert firm.send() == (2, 0)


def test_the_figures_of_fewer_than_five_people_are_recorded_as_seen(firm: Firm) -> None:
    firm.subscribe("eve", "mia")
    firm.send()
    seen = firm.rows("select actor, act, about_user_id, days::text from integration.access_log")
    days = "[2026-11-09,2026-11-23)"
    assert sorted(seen) == [("mia", "digest", user, days) for user in ("ann", "ben", "cyd", "moe")]


def test_a_server_that_is_down_is_tried_again_until_monday_is_over(firm: Firm) -> None:
    firm.subscribe("eve", "mia")
    firm.box.answers = {"CONNECT": "421 not now"}
    firm.send()
    reason = "The mail server refused the connection (421)."
    assert firm.mails() == [(user, "waiting", reason) for user in ("eve", "mia")]
    assert firm.box.connections == 1  # the second one was not even tried
    firm.send(SEVEN + timedelta(seconds=20))  # too soon
    assert firm.rows("select sum(attempts) from integration.mails") == [(1,)]
    firm.box.answers = {}
    firm.send(SEVEN + timedelta(hours=10))
    assert firm.readers == ["eve", "mia"]
    firm.box.answers = {"CONNECT": "421 not now"}
    firm.send(NEXT_SEVEN)
    firm.box.answers = {}
    firm.send(NEXT_SEVEN + timedelta(hours=17))
    assert firm.readers == ["eve", "mia"]
    assert firm.mails() == [(user, "failed", reason) for user in ("eve", "mia")]


def test_one_refused_recipient_does_not_stop_the_others(firm: Firm) -> None:
    firm.rows("update worksights.users set email = 'no address' where user_id = 'mia'")
    firm.rows("update worksights.users set role = 'owner' where user_id = 'moe'")
    firm.subscribe("eve", "mia", "moe")
    firm.box.answers = {"RCPT": ["550 5.1.1 <eve@firm.example> unknown"]}
    firm.send()
    assert firm.readers == ["moe"]
    assert firm.mails() == [
        ("eve", "failed", "The mail server refused the recipient (550 5.1.1)."),
        ("mia", "failed", "The user's email is not an address."),
    ]


def test_a_digest_that_may_have_been_sent_is_not_sent_again(firm: Firm) -> None:
    firm.subscribe("eve", "mia")
    firm.box.answers = {"CONTENT": [lambda line: line.shutdown(2)]}
    firm.send()
    firm.rows(
        "insert into integration.mails (kind, organization_id, user_id, monday, status, attempts, "
        "taken_until, expires_at) values ('digest', 'firm', 'moe', %s, 'sending', 1, %s, %s)",
        SEVEN.date(), SEVEN + timedelta(minutes=5), SEVEN + timedelta(hours=17),
    )  # fmt: skip
    firm.send(SEVEN + timedelta(minutes=1))
    firm.send(SEVEN + timedelta(hours=1))
    assert firm.readers == ["mia"]
    assert firm.mails() == [
        ("eve", "failed", "The mail server did not confirm that it accepted the email."),
        ("moe", "failed", INTERRUPTED),
    ]


def test_a_process_that_was_killed_before_the_content_costs_nothing(firm: Firm) -> None:
    firm.subscribe("eve")
    firm.box.answers = {"CONNECT": ["421 not now"]}
    firm.send()
    taken = SEVEN + timedelta(minutes=9)
    firm.rows("update integration.mails set attempts = 2, taken_until = %s", taken)
    firm.send(SEVEN + timedelta(minutes=8))
    assert firm.readers == []
    firm.send(SEVEN + timedelta(minutes=10))
    assert firm.readers == ["eve"]
