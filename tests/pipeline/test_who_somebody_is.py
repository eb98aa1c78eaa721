"""Identities do not depend on the spelling of emails and settings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.database.postgres import connect
from integration.pipeline.cleaned_texts import unreadable_settings
from integration.pipeline.facts import settings_have_changed
from tests.pipeline.events import Person, Session, user_event
from tests.pipeline.installation import Installation

ACCOUNT = "AccountOfWho0000000000"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BATCH = NOON + timedelta(hours=2)
LATER = BATCH + timedelta(hours=1)
HOUR = timedelta(hours=1)

USERS = {"ann": "ann@firm.com", "ken": "\u200bKen@Firm.com", "zoe": "zoe\u0308@firm.com"}
ANN = Person("Ann", "zu-ann")
ZOOM_USERS = {
    "zu-ann": "ann@firm.com",
    "zu-ken": "Ken <KEN@firm.com>",
    "zu-zoe": "zo\u00eb@firm.com",
    "zu-home": "ben@gmail.com",
    "zu0-dead": "ida@firm.com",
    "zu9-live": "ida@firm.com",
}
DANA = Person("Dana", email="Dana@ClientCo.com")
NOTETAKERS = [Person("Fireflies.ai Notetaker Dana"), Person("read.ai meeting notes")]
EXCLUDED = {
    "Notary.com ": "x@notary.com",
    "@lawfirm.com": "x@lawfirm.com",
    "*.clinic.com": "x@sub.clinic.com",
    "*@bank.com": "x@bank.com",
    "https://union.org": "x@union.org",
    "www.press.com": "x@press.com",
    "court.gov.uk.": "x@court.gov.uk",
    "mailto:dan@doctor.com": "dan@doctor.com",
    "Dan <dan@vet.com>": "dan@vet.com",
    "b\u00fccher.de": "x@xn--bcher-kva.de",
}
UNREADABLE = ["a@two.com, b@two.com", "law firm"]


def session(uuid: str, *people: Person) -> list[Any]:
    return Session(ACCOUNT, uuid, "zu-ann", NOON - HOUR, NOON).whole([ANN, *people])


@pytest.fixture
def derived(installation: Installation) -> Installation:
    """An installation after one batch."""
    installation.organization("firm", account=ACCOUNT, users=USERS)
    for zoom_user_id, email in ZOOM_USERS.items():
        installation.execute(
            "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
            "imported_at, batch, email, status) values ('firm', %s, %s, %s, 0, %s, %s)",
            [ACCOUNT, zoom_user_id, BATCH, email, "inactive" if "dead" in zoom_user_id else None],
        )
    installation.execute(
        "insert into integration.exclusions (organization_id, email_or_domain) "
        "select 'firm', unnest(%s::text[])",
        [[*EXCLUDED, *UNREADABLE]],
    )
    # Sessions of colleagues, clients and excluded people, and a user event without an address.
    events = [
        *session("colleagues", Person("Ken", "zu-ken"), Person("Zoe", "zu-zoe")),
        *session("one to one", DANA, *NOTETAKERS),
        *session("at home", Person("Ben", "zu-home", "ben@gmail.com"), DANA),
        *session("excluded", *(Person(f"X {n}", email=e) for n, e in enumerate(EXCLUDED.values()))),
        *session("twins", Person("Ida", email="IDA@firm.com")),
        *session("no emails", Person("One", email="n/a"), Person("Two", email="n/a")),
        user_event("updated", ACCOUNT, NOON - 9 * HOUR, zoom_user_id="zu-ann", email="none"),
    ]
    installation.deliver(*events, at=NOON)
    installation.batch(now=BATCH)
    return installation


def participants(installation: Installation, uuid: str) -> dict[str, tuple[Any, ...]]:
    """Name -> (email, Zoom user, WorkSights user)."""
    rows = installation.execute(
        "select display_name, email, zoom_user_id, participants.user_id from timeline.participants "
        "inner join timeline.sessions using (session_id) where zoom_uuid = %s",
        [uuid],
    )
    return {name: tuple(row) for name, *row in rows}


def people(installation: Installation) -> set[str]:
    return {email for (email,) in installation.execute("select email from clientsights.people")}


def mapped(installation: Installation, user_id: str | None) -> None:
    installation.execute(
        "insert into integration.mapping_changes "
        "(zoom_account_id, zoom_user_id, user_id, effective_from) values (%s, %s, %s, %s)",
        [ACCOUNT, "zu-home", user_id, NOON - 2 * HOUR],
    )


def test_texts_are_compared_in_one_spelling(derived: Installation) -> None:
    """One test, because a batch takes longer than all checks of its result."""
    colleagues = participants(derived, "colleagues")
    assert colleagues["Zoe"] == ("zo\u00eb@firm.com", "zu-zoe", "zoe")
    assert colleagues["Ann"] == ("ann@firm.com", "zu-ann", "ann")
    assert participants(derived, "twins")["Ida"][:2] == ("ida@firm.com", "zu9-live")
    no_emails = participants(derived, "no emails")
    assert (no_emails["One"], no_emails["Two"]) == ((None, None, None), (None, None, None))
    assert people(derived) == {"dana@clientco.com", "ben@gmail.com"}
    counts = "select zoom_uuid, people_in_session from clientsights.interactions "
    counts += "inner join timeline.sessions using (session_id) where zoom_uuid = 'one to one'"
    assert derived.execute(counts) == [("one to one", 2)]
    with connect(derived.url) as connection:
        unreadable = unreadable_settings(connection, "firm")
        assert [each.text for each in unreadable] == UNREADABLE
        assert not settings_have_changed(connection)

    # A mapped person is a colleague from the effective date, and no longer once unmapped.
    mapped(derived, "ken")
    with connect(derived.url) as connection:
        assert settings_have_changed(connection)
    derived.batch(now=LATER)
    assert people(derived) == {"dana@clientco.com"}
    with_dana = "select user_id from clientsights.interactions "
    with_dana += "inner join timeline.sessions using (session_id) where zoom_uuid = 'at home'"
    assert derived.execute(with_dana + " order by user_id") == [("ann",), ("ken",)]
    mapped(derived, None)
    derived.batch(now=LATER + HOUR)
    assert people(derived) == {"dana@clientco.com", "ben@gmail.com"}


@pytest.mark.parametrize(
    ("statement", "changed_kinds"),
    [
        ("update worksights.users set email = 'ANN@firm.com' where user_id = 'ann'", {}),
        ("update worksights.users set email = 'a@firm.com' where user_id = 'ann'", {"user_email"}),
        ("update worksights.users set email = 'nobody' where user_id = 'ann'", {"user_email"}),
        ("insert into integration.exclusions values ('firm', '*@x.com')", {"exclusion"}),
        ("insert into integration.exclusions values ('firm', 'x y')", {}),
        ("insert into integration.own_domains values ('firm', 'https://x.com')", {"own_domain"}),
        ("insert into integration.own_domains values ('firm', 'ann@x.com')", {}),
    ],
)
def test_a_text_is_a_change_only_if_it_means_something_else(
    statement: str, changed_kinds: set[str], installation: Installation
) -> None:
    installation.organization("firm", account=ACCOUNT, users=USERS)
    installation.land_and_settle(now=BATCH)
    installation.execute(statement)
    with connect(installation.url) as connection:
        assert settings_have_changed(connection)
    installation.land_and_settle(now=LATER)
    with connect(installation.url) as connection:
        assert not settings_have_changed(connection)
    kinds = installation.execute(
        "select distinct kind from pipeline.setting_changes "
        "where batch = (select max(batch) from pipeline.batches)"
    )
    assert {kind for (kind,) in kinds} == set(changed_kinds)


def test_the_latest_of_several_overrides_of_one_domain_applies(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users=USERS)
    installation.execute(
        """
        insert into integration.domain_overrides
            (organization_id, domain, company_domain, company_name, changed_at)
        values
            ('firm', 'one.com', 'old.com', 'Old', '2026-01-01'),
            ('firm', '*.One.com', 'https://www.New.com', 'New', '2026-01-02'),
            ('firm', 'www.one.com', 'no domain', 'Unreadable', '2026-01-03'),
            ('firm', 'two.com', 'a.com', 'A', '2026-01-01'),
            ('firm', '@two.com', 'b.com', null, '2026-01-01'),
            ('firm', 'three.com', null, null, '2026-01-01'),
            ('firm', 'x@four.com', 'five.com', null, '2026-01-01')
        """
    )
    installation.land_and_settle(now=BATCH)
    facts = installation.execute(
        "select kind, subject, value from pipeline.settings "
        "where kind in ('domain_override', 'company_name') order by kind, subject"
    )
    assert facts == [
        ("company_name", "one.com", "New"),
        ("domain_override", "one.com", "new.com"),
        ("domain_override", "three.com", ""),
        ("domain_override", "two.com", "b.com"),
    ]
    with connect(installation.url) as connection:
        texts = [each.text for each in unreadable_settings(connection, "firm")]
    assert texts == ["no domain", "x@four.com"]


def test_emails_from_old_batches_are_cleaned_in_place(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users=USERS)
    installation.execute(
        "insert into pipeline.user_emails (organization_id, user_id, known_from, email) values "
        "('firm', 'ken', '2026-01-01Z', 'former@firm.com'), "
        "('firm', 'ken', '2026-02-01Z', lower('\u200bKen@Firm.com')), "
        "('firm', 'zoe', '2026-01-01Z', 'zoe\u0308@firm.com')"
    )
    installation.land_and_settle(now=BATCH)
    assert installation.execute(
        "select user_id, known_from, email, written_email from pipeline.user_emails "
        "where user_id <> 'ann' order by user_id, known_from"
    ) == [
        ("ken", datetime(2026, 1, 1, tzinfo=UTC), "former@firm.com", "former@firm.com"),
        ("ken", datetime(2026, 2, 1, tzinfo=UTC), "ken@firm.com", USERS["ken"]),
        ("zoe", datetime(2026, 1, 1, tzinfo=UTC), "zo\u00eb@firm.com", USERS["zoe"]),
    ]
