"""Why a participant did or did not become an activity (5.10): the first reason that applies."""

from tests.laws.reference.sessions import Participant, Session
from tests.laws.reference.settings import Known


def outcome_of(
    session: Session,
    participant: Participant,
    known: Known,
    *,
    user_id: str | None,
    outside: str | None,
) -> str:
    organization_id, _ = known.connection_at(session.account, session.ended_at)
    ended_at, feature = session.ended_at, session.feature
    has_identity = participant.zoom_user_id or participant.email
    reasons = (
        (outside is not None, outside),
        (not session.is_answered, "not_answered"),
        (participant.was_only_in_the_waiting_room, "waiting_room_only"),
        (not participant.presence, "zero_duration"),
        (not has_identity, "no_identity"),
        (user_id is None, "not_mapped"),
        (not known.is_active(organization_id, user_id or "", ended_at), "user_inactive"),
        (not known.is_on(organization_id, None, feature, ended_at), "feature_off"),
        (not known.is_on(organization_id, user_id, feature, ended_at), "not_subscribed"),
        (known.is_paused(organization_id, user_id, ended_at), "not_subscribed"),
        (known.is_excluded(organization_id, participant.email), "excluded"),
    )
    return next((str(reason) for applies, reason in reasons if applies), "activity")
