"""The rights that an organization's privacy settings take away from every role."""

from integration.directory.rights import Right
from integration.privacy.settings import PrivacySettings

_TOPICS = frozenset({Right.SEE_EVERY_TOPIC, Right.SEE_TOPICS_OF_REPORTS})
_OF_SINGLE_PEOPLE = _TOPICS | frozenset(
    {
        Right.SEE_REPORTS,
        Right.SEE_EVERY_TIMELINE,
        Right.SEE_EVERY_OUTCOME,
        Right.SEE_ACTIVITY_COUNTS,
    }
)


def closed_rights(settings: PrivacySettings) -> frozenset[Right]:
    if settings.shows_groups_only:
        return _OF_SINGLE_PEOPLE
    return frozenset() if settings.topics == "leaders" else _TOPICS
