"""Sessions and tables that could not be derived, and webhooks that could not be read."""

from collections.abc import Sequence

from integration.causes.cause import OpenCause, Reader, Step, Words
from integration.directory.rights import Right
from integration.pipeline.arrivals import Arrivals
from integration.pipeline.failed_sessions import Failures
from integration.quantities import quantity

SESSIONS, PARTS, UNREAD = "sessions_failed", "parts_failed", "webhooks_unread"
SHOW = Step("Show them", "/missing#failed", Right.SEE_EVERY_OUTCOME)
TRIED_AGAIN = (
    "Processing is retried when new data arrives and after each software update. If the problem "
    "continues, contact the team that runs WorkSights."
)
NOTHING_LOST = "No data is lost, and existing entries do not change."
# What fails for a whole organization -> title, and what its failure means.
MODELS = {
    "pipeline.settings": (
        "Changed settings have no effect yet",
        "The current users, mappings and features could not be applied.",
        "No data is lost. Until they are applied, the earlier settings are used.",
    ),
    "clientsights_raw.email_addresses": (
        "New people and companies are missing",
        "Email addresses from Zoom could not be processed.",
        "No data is lost. The people and companies known so far do not change.",
    ),
}
OTHER_MODEL = (
    "Some of the data shown is not up to date",
    "A part of it could not be updated.",
    "No data is lost. Until it is updated, its earlier data is shown.",
)


def causes_of_failures(failures: Sequence[Failures]) -> list[OpenCause]:
    found = []
    for one in failures:
        if one.sessions:
            facts = {"sessions": one.sessions}
            found.append(OpenCause(SESSIONS, since=one.sessions_since, facts=facts))
        # Tables without words of their own are one cause: they have the same.
        named = {model if model in MODELS else "" for model in one.models}
        found += [OpenCause(PARTS, model, one.models_since) for model in sorted(named)]
    return found


def causes_of_deliveries(arrivals: Sequence[Arrivals]) -> list[OpenCause]:
    """The deliveries that were quarantined in the last day, with the reasons."""
    reasons: dict[str, int] = {}
    for one in arrivals:
        for reason, count in one.quarantined.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return [OpenCause(UNREAD, facts={"reasons": reasons})] if reasons else []


def sessions_failed(one: OpenCause, reader: Reader) -> Words:
    some = quantity(one.facts["sessions"], "session") if reader.sees_counts else "Some sessions"
    return Words(f"{some} could not be processed", TRIED_AGAIN, NOTHING_LOST, SHOW)


def parts_failed(one: OpenCause, _reader: Reader) -> Words:
    title, text, lost = MODELS.get(one.subject, OTHER_MODEL)
    return Words(title, f"{text} {TRIED_AGAIN}", lost)


def webhooks_unread(one: OpenCause, reader: Reader) -> Words:
    reasons = one.facts["reasons"]
    if reader.sees_counts:
        some = quantity(sum(reasons.values()), "webhook")
        listed = "; ".join(f"{reason} ({count:,})" for reason, count in sorted(reasons.items()))
    else:
        some, listed = "Some webhooks", "; ".join(sorted(reasons))
    return Words(
        f"{some} could not be read in the last 24 hours",
        f"Reasons: {listed}. If this continues, contact the team that runs WorkSights.",
        "What they reported is not on a timeline.",
    )
