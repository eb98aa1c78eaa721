"""Retention deletes whole months, and one person has sessions on both sides of the horizon.

Afterwards, `rebuild` brings nothing back, and `erase` removes the person from both sides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.commands.program import APP_SETTINGS, Program, program_with
from tests.commands.tables import tables_with
from tests.databases import new_database, with_own_logins
from tests.pipeline.events import Body, Person, Session, event, iso, user_event
from tests.pipeline.installation import Installation, template_with_tables
from tests.pipeline.tables import CLIENTSIGHTS, TABLES, Key, contents, take_snapshot

KEY = {"TOMBSTONE_KEY": "tombstone-key-of-the-tests-0123456789"}
MONTHLY, FOREVER = "monthly", "forever"
ACCOUNTS = {MONTHLY: "MonthlyAccount0000000", FOREVER: "ForeverAccount0000000"}
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
EVE = Person("Eve Ely", "zu-eve", "Eve.Ely@out.example")
GUS = Person("Gus Guest", email="gus@march.example")  # met in March only
OF_EVE = ("eve.ely", "eve ely", "zu-eve", "5550199")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


def session(account: str, topic: str, start: datetime, end: datetime) -> Session:
    return Session(account, f"{topic} of {account}", "zu-ann", start, end, topic)


def march(account: str) -> Session:
    return session(account, "March", at(3, 10, 9), at(3, 10, 10))


def arriving(account: str) -> Session:
    return session(account, "Arriving", at(3, 31, 22), at(4, 1, 0, 30))


def call(account: str, name: str, start: datetime) -> Body:
    log = {
        "id": f"record-{name}-{account}",
        "call_id": f"call-{name}-{account}",
        "caller_email": ANN.email,
        "callee_name": EVE.name,
        "callee_email": EVE.email,
        "callee_did_number": "+1 (212) 555-0199",
        "start_time": iso(start),
        "answer_time": iso(start),
        "end_time": iso(start + timedelta(minutes=5)),
        "call_result": "answered",
    }
    about = {"user_id": "zu-ann", "call_logs": [log]}
    return event("phone.caller_call_history_completed", account, start, about)


def march_and_april(account: str) -> list[Body]:
    midnight = session(account, "Midnight", at(3, 31, 23), at(4, 1, 1))
    endless = session(account, "Endless", at(3, 31, 23, 30), at(4, 1, 2))
    april = session(account, "April", at(4, 18, 9), at(4, 18, 10))
    return [
        user_event("created", account, at(1, 1), zoom_user_id="zu-ann", email=ANN.email),
        *march(account).whole([ANN, EVE, GUS]),
        call(account, "march", at(3, 20, 9)),
        *midnight.whole([ANN, EVE]),
        endless.started(),
        endless.joined(ANN, at(3, 31, 23, 30), leg="1"),
        endless.joined(EVE, at(4, 1, 0, 10), leg="2"),
        *april.whole([ANN, EVE]),
        call(account, "april", at(4, 17, 9)),
    ]


def first_half_of_arriving(account: str) -> list[Body]:
    late = arriving(account)
    people = {"1": ANN, "2": EVE}
    return [
        late.started(),
        *(late.joined(who, late.started_at, leg=n) for n, who in people.items()),
    ]


def second_half_of_arriving(account: str) -> list[Body]:
    late = arriving(account)
    return [late.left(EVE, late.ended_at, leg="2"), late.ended()]


def late_in_march(account: str) -> list[Body]:
    """Where the session is kept, this is another leg of Eve's, and the end is a duplicate."""
    return [march(account).left(EVE, at(3, 10, 10), leg="9"), march(account).ended()]


def after_the_erasure(account: str) -> list[Body]:
    may = session(account, "May", at(5, 12, 9), at(5, 12, 10))
    return [*march(account).whole([ANN, EVE, GUS]), *may.whole([ANN, EVE])]


@dataclass(frozen=True)
class Moment:
    """What both organizations have at one time."""

    topics: dict[str, list[str]]
    marts: dict[Key, dict[str, object]]
    sums: dict[str, list[tuple[int, ...]]]
    with_eve: list[str]  # tables
    with_gus: list[str]


def moment(program: Program) -> Moment:
    url = program.settings["DATABASE_URL"]
    installation = Installation(url)
    return Moment(
        {name: topics(installation, name) for name in ACCOUNTS},
        contents(take_snapshot(url, TABLES | CLIENTSIGHTS)),
        {name: installation.execute(SUMS, {"organization": name}) for name in ACCOUNTS},
        tables_with(url, *OF_EVE),
        tables_with(url, GUS.email, GUS.name),
    )


def topics(installation: Installation, organization: str) -> list[str]:
    """A call has none."""
    return installation.value(
        "select array_agg(coalesce(topic, 'a call') order by started_at) from timeline.sessions "
        "where organization_id = %s",
        [organization],
    )


# The hours with external people are Ann's.
SUMS = """
    select
        (select count(*) from timeline.participants where organization_id = %(organization)s),
        (select count(*) from operations.outcomes where organization_id = %(organization)s),
        (select sum(duration_seconds) from timeline.participants
            where organization_id = %(organization)s and affiliation = 'external'),
        (select sum(external_seconds) from timeline.user_days
            where organization_id = %(organization)s)
"""


@dataclass(frozen=True)
class Story:
    before: Moment
    crossed: Moment
    rebuilt: Moment
    whole_again: Moment
    late: Moment
    a_day_later: Moment
    erased: Moment
    erased_and_rebuilt: Moment
    crossed_again: Moment
    check: str


@pytest.fixture(scope="module")
def story(server_url: str) -> Iterator[Story]:
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        program_with(**APP_SETTINGS, **KEY, **with_own_logins(url)) as program,
    ):
        yield play(program, Installation(url))


def play(program: Program, installation: Installation) -> Story:
    for organization, account in ACCOUNTS.items():
        users = {f"ann-{organization}": ANN.email}
        installation.organization(organization, account=account, users=users)
    installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values (%s, 'retention_months', '1'), (%s, 'retention_months', 'never')",
        [MONTHLY, FOREVER],
    )

    def after(
        what: Callable[[str], list[Body]] | None, arrived: datetime, batch: datetime
    ) -> Moment:
        if what:
            for account in ACCOUNTS.values():
                installation.deliver(*what(account), at=arrived)
        run(program, "batch", "--now", iso(batch))
        return moment(program)

    before = after(march_and_april, at(4, 19), at(4, 20))
    crossed = after(first_half_of_arriving, at(5, 1, 20), at(5, 2, 0, 20))
    run(program, "rebuild")
    rebuilt = moment(program)
    whole_again = after(second_half_of_arriving, at(5, 2, 10), at(5, 2, 10, 20))
    late = after(late_in_march, at(5, 10), at(5, 10, 0, 20))
    a_day_later = after(None, at(5, 11), at(5, 11, 0, 40))
    for organization in ACCOUNTS:
        run(program, "erase", "--email", "eve.ely+2@OUT.example", "--organization", organization)
    erased = moment(program)
    run(program, "rebuild")
    erased_and_rebuilt = moment(program)
    after(after_the_erasure, at(5, 12, 11), at(5, 12, 11, 20))
    crossed_again = after(None, at(6, 1), at(6, 1, 0, 20))
    check = run(program, "rebuild", "--check")
    return Story(
        before, crossed, rebuilt, whole_again, late, a_day_later, erased, erased_and_rebuilt,
        crossed_again, check,
    )  # fmt: skip


def run(program: Program, *arguments: str) -> str:
    answer = program(*arguments)
    assert answer.code == 0, answer.text[-2000:]
    return answer.out


ALL = ["March", "a call", "Arriving", "Midnight", "Endless", "a call", "April"]
KEPT = ["Arriving", "Midnight", "Endless", "a call", "April"]


def test_a_batch_that_crosses_the_horizon_deletes_what_is_wholly_before_it(story: Story) -> None:
    """A session that reaches across it is kept whole, and so is one that may still be open."""
    ended, kept = ([each for each in some if each != "Arriving"] for some in (ALL, KEPT))
    assert story.before.topics == {MONTHLY: ended, FOREVER: ended}
    assert story.crossed.topics == {MONTHLY: kept, FOREVER: ended}
    own = {key: row for key, row in story.crossed.marts.items() if key[1] == MONTHLY}
    assert GUS.email not in str(own)
    assert GUS.email in str(story.crossed.marts)


def test_a_rebuild_brings_nothing_back(story: Story) -> None:
    assert story.rebuilt.marts == story.crossed.marts
    assert story.erased_and_rebuilt.marts == story.erased.marts
    assert " only in the live table, " not in story.check


def test_a_session_that_arrives_while_it_is_crossed_is_whole(story: Story) -> None:
    assert story.whole_again.topics == {MONTHLY: KEPT, FOREVER: ALL}
    for organization in ACCOUNTS:
        durations = {
            row["duration_seconds"]
            for (table, own, *_), row in story.whole_again.marts.items()
            if table == "timeline.participants" and own == organization
            and row["joined_at"] == at(3, 31, 22)
        }  # fmt: skip
        assert durations == {9000}


def test_a_late_event_of_a_deleted_session_is_gone_a_day_later(story: Story) -> None:
    """Its session might still be open: no table records which sessions were deleted."""
    assert story.late.topics == {MONTHLY: ["March", *KEPT], FOREVER: ALL}
    assert story.a_day_later.topics == {MONTHLY: KEPT, FOREVER: ALL}


def test_nothing_of_an_erased_person_is_left_on_either_side(story: Story) -> None:
    assert {"zoom_raw.events", "timeline.participants"} <= {*story.a_day_later.with_eve}
    assert story.erased.with_eve == []
    assert story.erased_and_rebuilt.with_eve == []


def test_the_sums_hold_on_both_sides(story: Story) -> None:
    assert story.erased.sums == story.a_day_later.sums
    for [(participants, outcomes, *seconds)] in story.erased.sums.values():
        assert participants == outcomes
        assert min(seconds) > 0


def test_what_arrives_later_names_nobody_and_is_deleted_in_its_turn(story: Story) -> None:
    assert story.crossed_again.topics == {MONTHLY: ["May"], FOREVER: [*ALL, "May"]}
    assert story.crossed_again.with_eve == []
    assert "clientsights.people" in story.crossed_again.with_gus  # the other organization keeps him
