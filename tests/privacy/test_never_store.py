"""What is never stored is gone from the past, and does not arrive, in any order of events."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.world import World
from tests.pipeline.events import Body, Person, Session, call_ended, user_event
from tests.pipeline.installation import Installation, new_installation
from tests.privacy.early_and_late import account_of, connect, firms_of, play
from tests.privacy.eve import changed

EXCLUDED = {
    "union": ("email_or_domain", "union.example"),
    "doctor": ("email_or_domain", "Doc <DOC@praxis.example>"),
    "number": ("phone_number", "+1 212 555 0199"),
    "zoom_user": ("zoom_user", "zu-bob"),
    "meeting": ("meeting_number", "999 1234 5678"),
    "colleague": ("email_or_domain", "bob@firm.example"),
}
# Each excludes one of these, before anything arrives or after everything has.
FIRMS = firms_of(EXCLUDED)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = START + timedelta(hours=1)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
BOB = Person("Bob Bay", "zu-bob", "bob@firm.example")
USERS = {"ann": ANN.email, "bob": BOB.email}
UNA = Person("Una Union", email="Una@Berlin.Union.example")
UWE = Person("Uwe Union", email="uwe+zoom@union.example")
UNA_BY_LEG = Person("Una at home")
DOC = Person("Doc Daly", email="doc@praxis.example")
GUEST = Person("Gus Guest", email="gus@client.example")
SHOWN = """
    select array_agg(text order by text) from (
        select concat_ws('|', 'session', topic, participant_count) as text, organization_id
        from timeline.sessions
        union all
        select concat_ws('|', 'entry', title, role, duration_seconds), organization_id
        from timeline.activities
        union all
        select concat_ws('|', 'participant', display_name, email, outcome, duration_seconds),
            organization_id
        from timeline.participants
        union all
        select concat_ws('|', 'person', email, session_count), organization_id
        from clientsights.people
    ) as shown
    where organization_id = %s
"""


def session(firm: str, uuid: str, topic: str, *, host: str = "zu-ann") -> Session:
    return Session(account_of(firm), uuid, host, START, END, topic)


def with_number(bodies: Sequence[Body], number: str) -> list[Body]:
    """The same session with another meeting number."""
    for body in bodies:
        body["payload"]["object"]["id"] = number
    return list(bodies)


def everything(firm: str) -> list[Body]:
    council = session(firm, "council", "Dismissal of X")
    on_her_leg = changed(council.left(UNA_BY_LEG, END, leg="77"), participant_uuid="OF-UNA")
    counselling = session(firm, "counselling", "Counselling", host="zu-bob")
    return [
        user_event("created", account_of(firm), START, zoom_user_id="zu-una", email=UNA.email),
        *council.whole([ANN, UWE, GUEST]),
        changed(council.joined(UNA, START, leg="77"), participant_uuid="OF-UNA"),
        on_her_leg,
        *session(firm, "visit", "Check-up").whole([ANN, DOC]),
        *session(firm, "una-again", "Weekly").whole([ANN, Person("U. U.", "zu-una")]),
        *session(firm, "plain", "Plans").whole([ANN, GUEST]),
        *with_number(counselling.whole([BOB, ANN]), "99912345678"),
        call_ended("caller", account_of(firm), START, call_id="call-1"),
    ]


def exclude(installation: Installation, firm: str, kind: str, text: str) -> None:
    installation.execute(
        "insert into integration.exclusions (organization_id, kind, email_or_domain, level) "
        "values (%s, %s, %s, 'never_store')",
        [firm, kind, text],
    )


@pytest.fixture(scope="module")
def played(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """Everything has arrived at all firms, and what they exclude has been applied and proved."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        for firm in FIRMS:
            connect(installation, firm, USERS, at=START)
        play(
            installation,
            FIRMS,
            change=lambda firm, what: exclude(installation, firm, *EXCLUDED[what]),
            everything=everything,
            batches=4,
            start=END + timedelta(hours=2),
        )
        yield installation


def shown(installation: Installation, firm: str) -> list[str]:
    found: list[str] = installation.value(SHOWN, [firm])
    return found


def stored(installation: Installation, firm: str) -> str:
    """Everything that was landed, and what is kept beside it."""
    text: str = installation.value(
        """
        select concat(
            (select string_agg(fields::text, ' ') from zoom_raw.events
             where organization_id = %(firm)s),
            (select string_agg(concat_ws(' ', zoom_user_id, email), ' ') from zoom_raw.users
             where organization_id = %(firm)s),
            (select string_agg(address, ' ') from clientsights_raw.email_addresses
             where organization_id = %(firm)s),
            (select string_agg(display_name, ' ') from clientsights_raw.display_names
             where organization_id = %(firm)s)
        )
        """,
        {"firm": firm},
    )
    return text


@pytest.mark.parametrize(
    ("what", "gone", "kept"),
    [
        (
            "union",
            ["nion", "zu-una", "at home", "U. U.", "Dismissal", "Weekly"],
            ["Gus", "Check-up", "Doc Daly", "Counselling"],
        ),
        (
            "doctor",
            ["Doc Daly", "doc@praxis", "Check-up"],
            ["Dismissal", "Weekly", "Una Union"],
        ),
        ("number", ["2125550199"], ["2125550101", "Check-up"]),
        ("zoom_user", ["Bob Bay", "Counselling"], ["Dismissal", "Check-up"]),
        ("meeting", ["Bob Bay", "Counselling"], ["Dismissal", "Check-up"]),
        ("colleague", ["Bob Bay", "bob@firm", "Counselling"], ["Dismissal", "Ann Ash"]),
    ],
)
def test_what_is_never_stored_is_gone_whether_it_arrives_before_or_after_the_exclusion(
    what: str, gone: Sequence[str], kept: Sequence[str], played: Installation
) -> None:
    early, late = f"early-{what}", f"late-{what}"
    for firm in (early, late):
        there = stored(played, firm) + str(shown(played, firm))
        assert [each for each in gone if each in there] == []
        assert [each for each in kept if each not in there] == []
    assert shown(played, early) == shown(played, late)


def test_a_rebuild_changes_nothing_of_it(played: Installation) -> None:
    assert [line for line in played.rebuild(check=True) if " removed, " in line] == []


def test_people_who_are_never_stored_stay_apart_and_the_sums_hold(played: Installation) -> None:
    """Una and Uwe in one session, Una in another."""
    nameless = [line for line in shown(played, "late-union") if line.endswith("no_identity|3600")]
    assert len(nameless) == 3


def test_the_next_batch_proves_it(played: Installation) -> None:
    proofs = played.value(
        "select array_agg(distinct concat_ws(' ', columns_searched > 30, values_left)) "
        "from pipeline.applied_exclusions where kind in ('email_or_domain', 'phone_number')"
    )
    others = played.value(
        "select array_agg(distinct values_left) from pipeline.applied_exclusions "
        "where kind in ('zoom_user', 'meeting_number')"
    )
    assert (proofs, others) == (["t 0"], [0])


def test_an_excluded_colleague_stays_a_user(played: Installation) -> None:
    """An exclusion keeps sessions out, not the directory of the host product."""
    users = "select count(*) from worksights.users where email = 'bob@firm.example'"
    assert played.value(users) == len(FIRMS)


@pytest.fixture
def firm(installation: Installation) -> str:
    connect(installation, "firm", USERS, at=START)
    return "firm"


def test_removing_it_brings_nothing_back_and_stores_what_arrives_later(
    installation: Installation, firm: str
) -> None:
    """Until then, the proof finds what somebody puts back."""
    exclude(installation, firm, "email_or_domain", "union.example")
    installation.deliver(*session(firm, "council", "Dismissal").whole([ANN, UWE]), at=END)
    installation.batch(now=END + timedelta(minutes=20))
    installation.execute(
        "update zoom_raw.events set fields = fields || %s where event_id = ("
        "  select min(event_id) from zoom_raw.events where event like '%%participant_joined')",
        ['{"email": "uwe+zoom@union.example"}'],
    )
    installation.batch(now=END + timedelta(minutes=40))
    assert installation.value("select values_left > 0 from pipeline.applied_exclusions")
    installation.execute(
        "update zoom_raw.events set fields = fields - 'email' where fields ->> "
        "'email' like '%%union%%'"
    )
    installation.execute("delete from integration.exclusions")
    installation.deliver(*session(firm, "later", "Second round").whole([ANN, UWE]), at=END)
    installation.batch(now=END + timedelta(minutes=60))
    assert installation.value("select count(*) from integration.tombstones") == 0
    there = str(shown(installation, firm))
    assert "Dismissal" not in there
    assert "uwe+zoom@union.example" in there


def test_without_the_key_an_exclusion_stops_only_its_own_organization(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page refuses it; SQL can write it. Nothing of the excluded person is stored meanwhile."""
    for each in ("firm", "other"):
        connect(installation, each, USERS, at=START)
        if each == "firm":
            exclude(installation, each, "email_or_domain", "union.example")
        installation.deliver(*session(each, "council", "Dismissal").whole([ANN, UWE]), at=END)
    with monkeypatch.context() as patch:
        patch.setenv("TOMBSTONE_KEY", "")
        installation.batch(now=END + timedelta(minutes=20))
    dispositions = """
        select array_agg(distinct concat_ws(' ', organization_id, disposition, body is not null)
            order by concat_ws(' ', organization_id, disposition, body is not null))
        from ingress.deliveries
    """
    assert installation.value(dispositions) == ["firm quarantined f", "other landed f"]
    assert installation.value("select count(*) from pipeline.applied_exclusions") == 0
    installation.deliver(*session("firm", "again", "Second round").whole([ANN, UWE]), at=END)
    installation.batch(now=END + timedelta(minutes=40))
    there = str(shown(installation, "firm"))
    assert "participant|no_identity|3600" in there
    assert "Second round" not in there


def test_bodies_of_others_and_of_nobody_are_kept(installation: Installation) -> None:
    connect(installation, "firm", USERS, at=START)
    connect(installation, "other", USERS, at=START)
    installation.deliver(*session("firm", "council", "Dismissal").whole([ANN, UWE]), at=END)
    installation.batch(now=END + timedelta(minutes=20))
    for owner in ("firm", "other", "-"):
        installation.execute(
            "insert into ingress.deliveries (organization_id, disposition, body_size, body_sha256, "
            "body, received_at) values (%s, 'quarantined', 1, '', '{}', %s)",
            [owner, END],
        )
    exclude(installation, "firm", "email_or_domain", "union.example")
    installation.batch(now=END + timedelta(minutes=40))
    assert installation.value(
        "select array_agg(organization_id order by organization_id) from ingress.deliveries "
        "where body is not null"
    ) == ["-", "other"]


def test_what_was_dropped_is_counted_with_its_reason(installation: Installation, firm: str) -> None:
    exclude(installation, firm, "zoom_user", "zu-bob")
    installation.deliver(*session(firm, "hers", "Own", host="zu-bob").whole([BOB]), at=END)
    installation.batch(now=END + timedelta(minutes=20))
    assert installation.value(
        "select array_agg(distinct disposition || ': ' || reason) from operations.deliveries"
    ) == ["ignored: it is only about sessions that are never stored"]


def test_an_erased_person_stays_erased_when_their_exclusion_is_removed(
    installation: Installation, firm: str
) -> None:
    exclude(installation, firm, "email_or_domain", "doc@praxis.example")
    visit = session(firm, "visit", "Check-up")
    installation.deliver(*visit.whole([ANN, DOC]), at=END)
    installation.batch(now=END + timedelta(minutes=20))
    installation.erase("doc@praxis.example", organization_id=firm)
    installation.execute("delete from integration.exclusions")
    late = session(firm, "late-visit", "Second check-up")
    installation.deliver(*late.whole([ANN, DOC]), at=END + timedelta(minutes=30))
    installation.batch(now=datetime.now(UTC))
    there = stored(installation, firm)
    assert "doc@praxis" not in there
    assert "Doc Daly" not in there
