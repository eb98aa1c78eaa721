"""What needs attention: the open causes, and what waits for somebody on the page alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.causes.cause import OpenCause, Reader, Step
from integration.causes.people import LOSING, NOT_REVIEWED
from integration.causes.table import words_of
from integration.directory.rights import Right, who_may
from integration.pipeline.cleaned_texts import UnreadableSetting
from integration.privacy.erasure_requests import ErasureRequest
from integration.quantities import noun, quantity
from integration.web.page.refusals import Link
from integration.web.page.time_zone import zoned
from integration.web.page.visit import Visit

SHOWN = 10  # items of a list in one sentence
TO_CONFIRM = Link("Review requests", "/services/zoom/users?show=waiting")
DOMAINS = Link("Open People and domains", "/services/zoom/domains")
# Where a text without effect was entered.
WHERE = {
    "exclusions": "exclusions",
    "own_domains": "own domains",
    "domain_overrides": "company domains",
}


@dataclass(frozen=True)
class Need:
    """A problem. `text` says how to fix it, `lost` what is lost until then; `since` is shown after
    them, in the viewer's zone. `may_be_left` says that the Zoom users in it may stay unmapped.
    """

    title: str
    text: str
    lost: str = ""
    link: Link | None = None
    since: datetime | None = None
    may_be_left: bool = False


def needs_of_causes(causes: Iterable[OpenCause], visit: Visit) -> list[Need]:
    """The causes in the words for this viewer, with the next step if they may take it."""
    reader = reader_of(visit)
    needs = []
    for one in causes:
        words = words_of(one, reader)
        step = words.step
        may = step is not None and visit.may(step.right)
        needs.append(
            Need(
                words.title,
                words.text if may or step is None else f"{words.text}{_who_else(step)}",
                words.lost,
                Link(step.label, step.path) if step and may else None,
                one.since,
                one.name in (LOSING, NOT_REVIEWED) and may,
            )
        )
    return needs


def reader_of(visit: Visit) -> Reader:
    return Reader(
        sees_counts=visit.may(Right.SEE_ACTIVITY_COUNTS),
        webhooks=f"{visit.settings.public_url}/webhooks/zoom",
        dates=visit.dates,
    )


def _who_else(step: Step) -> str:
    """Who may change something; nothing about lists that the viewer may not see."""
    if step.right not in (Right.CONNECT, Right.CHANGE_SETTINGS):
        return ""
    return f" Only {who_may(step.right)} can {step.right}."


def needs_of_identity(
    problems: Sequence[str], unreadable: Sequence[UnreadableSetting] = ()
) -> list[Need]:
    """Company settings that are invalid. `problems` are sentences; `unreadable` are texts that
    have no effect.
    """
    needs = []
    if problems:
        needs.append(
            Need(
                "Some settings for people and companies are invalid",
                f"{' '.join(problems)} Correct them under People and domains.",
                link=DOMAINS,
            )
        )
    if unreadable:
        shown = [f"“{one.text}” in {WHERE[one.setting]}" for one in unreadable[:SHOWN]]
        more = len(unreadable) - len(shown)
        listed = "; ".join([*shown, *([f"and {more:,} more"] if more else [])])
        needs.append(
            Need(
                f"{quantity(len(unreadable), 'setting')} for people and companies "
                f"{noun(len(unreadable), 'has', 'have')} no effect",
                f"{listed}. An exclusion must be an email address or a domain, such as "
                "ann@acme.com or acme.com. Own domains and company domains must be domain names. "
                "Correct them under People and domains.",
                link=DOMAINS,
            )
        )
    return needs


def needs_of_requests(waiting: int) -> list[Need]:
    """Reports mappings that wait for a second person."""
    if not waiting:
        return []
    are = noun(waiting, "is", "are")
    return [
        Need(
            f"{quantity(waiting, 'mapping')} {are} waiting for confirmation",
            "A mapping needs a second person if it adds entries to the timeline of the person who "
            "saved it, or takes a Zoom user away from someone else. Nothing changes until it is "
            "confirmed.",
            link=TO_CONFIRM,
        )
    ]


def needs_of_erasures(requests: Sequence[ErasureRequest], visit: Visit) -> list[Need]:
    """Reports the people who asked to be erased and are not erased yet."""
    return [
        Need(
            f"{one.full_name or 'A former user'} asked for erasure",
            f"It is due by {visit.dates.long(zoned(one.due_at, visit.viewer.time_zone))}. "
            + ("Deactivate the user in WorkSights, then contact" if one.is_active else "Contact")
            + " the team that runs WorkSights, which erases their personal data.",
            since=one.requested_at,
        )
        for one in requests
    ]
