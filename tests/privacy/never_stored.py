"""A firm whose people meet a union and a doctor, and what is stored and shown of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import Installation
from tests.privacy.early_and_late import account_of

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
        select concat_ws(
                '|', 'participant', display_name, email, outcome, affiliation, duration_seconds
            ),
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
    """The same session with another meeting ID."""
    for body in bodies:
        body["payload"]["object"]["id"] = number
    return list(bodies)


def exclude(installation: Installation, firm: str, kind: str, text: str) -> None:
    installation.execute(
        "insert into integration.exclusions (organization_id, kind, email_or_domain, level) "
        "values (%s, %s, %s, 'never_store')",
        [firm, kind, text],
    )


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
