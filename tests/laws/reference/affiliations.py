"""On whose side a participant is (section 3), and which external person they count as (5.11).

What an address says (a machine, a person, a company) is taken from the product's classification,
which has worked cases of its own.
"""

from dataclasses import dataclass

from integration.identity.classify import Identity, classify
from tests.laws.reference.presence import seconds
from tests.laws.reference.sessions import Participant, Session
from tests.laws.reference.settings import Known

MACHINES = ("automated", "resource", "bot")


@dataclass(frozen=True)
class Side:
    """`person` is a person key, `company` a domain; both are None if the participant does not count
    as a person.
    """

    affiliation: str
    person: str | None = None
    company: str | None = None
    kind: str | None = None


def side_of(
    session: Session,
    participant: Participant,
    known: Known,
    *,
    organization_id: str,
    user_id: str | None,
    outside: str | None,
) -> Side:
    identity = classify(participant.email, known.rules_of(organization_id))
    affiliation = _affiliation(participant, identity, known, organization_id, user_id)
    counts = (
        identity.person_key is not None
        and user_id is None
        and not outside
        and seconds(participant.presence) > 0
        and known.is_on(organization_id, None, session.feature, session.ended_at)
        and not known.is_excluded(organization_id, participant.email)
        and not known.is_excluded(organization_id, identity.person_key)
    )
    if not counts:
        return Side(affiliation)
    return Side(affiliation, identity.person_key, identity.company_key, identity.kind)


def _affiliation(
    participant: Participant,
    identity: Identity,
    known: Known,
    organization_id: str,
    user_id: str | None,
) -> str:
    if user_id or identity.kind in ("user", "internal"):
        return "internal"
    if participant.email:
        return "unknown" if identity.kind in MACHINES else "external"
    if participant.zoom_user_id:
        is_ours = known.is_imported_without_email(organization_id, participant.zoom_user_id)
        return "internal" if is_ours else "external"
    return "external" if participant.has_outside_number else "unknown"
