"""`/services/zoom/domains/try`: what the product makes of an email address, step by step. The
address is sent in a form, so that it is in no address bar, and is not stored.
"""

from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.identity.classify import Identity, classify
from integration.identity.host_facts import host_facts
from integration.identity.names import guess_person_name
from integration.privacy.exclusions import Exclusion, keys_excluded
from integration.web.domains.asked import InvalidChange, shown_domain
from integration.web.domains.frame import TRY, not_ready, render
from integration.web.domains.situation import Situation, is_ready, read_situation
from integration.web.domains.words import KINDS, REASONS
from integration.web.domains.words import RULES as SWITCHES
from integration.web.exclusions.stored import exclusions_of
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.texts import is_longer

LONGEST = 1_000  # bytes: an address with a name around it

# The decision list: a question, the reasons that answer it with yes, and the rule that may be off.
QUESTIONS = (
    ("Is it the calendar of a room or device?", ("resource_calendar",), ""),
    ("Is it a notetaker bot?", ("notetaker_bot",), ""),
    ("Is it the email of one of your WorkSights users?", ("company_user",), ""),
    ("Is it at one of your own domains?", ("internal_domain",), ""),
    ("Is it an automated sender?", ("automated_sender",), "automated"),
    ("Is the host an IP address?", ("ip_literal",), ""),
    (
        "Has your organization set a company for the domain?",
        ("override_no_company", "domain_alias", "suffix_override", "domain_override"),
        "",
    ),
    ("Does the domain forward mail for the public?", ("relay_domain",), "relay"),
    ("Does the domain provide disposable addresses?", ("disposable",), "disposable"),
    ("Is the domain internal or for tests?", ("special_use_domain",), "special_use"),
    (
        "Does the domain provide mailboxes to the public?",
        ("free_mail", "role_at_free_mail"),
        "free_mail",
    ),
    ("Is it the Microsoft 365 domain of one organization?", ("tenant_domain",), ""),
    ("Is the domain's ending unknown?", ("unknown_tld",), "unknown_tld"),
    (
        "Does the domain host sites of many organizations?",
        ("hosting_platform",),
        "hosting_platform",
    ),
    ("Can anyone register a domain under it?", ("public_suffix",), ""),
    ("Is it a domain of former students?", ("alumni_domain",), "alumni"),
)


@dataclass(frozen=True)
class Step:
    """A question and its answer; `decides` if no later question matters."""

    question: str
    answer: str
    decides: bool = False


@dataclass(frozen=True)
class Tried:
    """What an address is. `result` is one sentence."""

    identity: Identity
    result: str
    steps: list[Step]
    excluded: list[tuple[str, str]]  # what was entered, and whether it is hidden or never stored


def form(visit: Visit) -> Response:
    return _shown(visit, "", None)


def attempt(visit: Visit) -> Response:
    text = visit.field("address")
    if is_longer(text, LONGEST):
        return _shown(visit, text, None, InvalidChange("address", "Enter a shorter text."))
    if not text:
        return _shown(
            visit, "", None, InvalidChange("address", "Enter an address such as ann@acme.com.")
        )
    with visit.transaction() as connection:
        if not is_ready(connection):
            return not_ready(visit, TRY)
        now = read_situation(connection, visit.viewer.organization_id, every_user=True)
        tried = _tried(connection, visit.viewer.organization_id, text, now)
    return _shown(visit, text, tried)


def _tried(
    connection: psycopg.Connection, organization_id: str, text: str, now: Situation
) -> Tried:
    identity = classify(text, now.rules)
    excluded = [
        (one.written, one.level)
        for one in exclusions_of(connection, organization_id)
        if keys_excluded(
            Exclusion(one.exclusion_id, organization_id, one.kind, one.written), [text]
        )
    ]
    return Tried(
        identity,
        _result(identity, excluded, now),
        [*_steps_of_reading(text, identity), *_steps_of_company(identity, now)],
        excluded,
    )


def _result(identity: Identity, excluded: list[tuple[str, str]], now: Situation) -> str:
    if identity.kind == "none":
        return f"This is not an email address. {REASONS[identity.reason]}"
    if any(level == "never_store" for _, level in excluded):
        return "They are never stored: they stay unnamed, and do not appear in any list."
    if excluded:
        return "They are hidden: they do not appear on any timeline or among clients."
    if identity.kind in ("user", "internal"):
        return "A colleague, who is never a client."
    company = identity.company_key
    where = f"at {now.name_of(company)}" if company else "without a company"
    return f"{KINDS[identity.kind][0]} {where}."


def _steps_of_reading(text: str, identity: Identity) -> list[Step]:
    if identity.kind == "none":
        return [Step("Is it an email address?", f"No. {REASONS[identity.reason]}", decides=True)]
    host = identity.host or ""
    steps = [Step("Is it an email address?", f"Yes, at {shown_domain(host)}.")]
    if identity.person_key:
        same = identity.person_key == text.strip()
        steps.append(
            Step(
                "Who is it?",
                f"{identity.person_key}"
                + ("." if same else ". All spellings of this address count as one person.")
                + " Without a name from Zoom, the name shown is "
                + f"{guess_person_name(identity.person_key)}.",
            )
        )
        steps.append(Step("What is it?", ". ".join(KINDS[identity.kind])))
    return steps


def _steps_of_company(identity: Identity, now: Situation) -> list[Step]:
    """Each question up to the one that decides."""
    if identity.kind == "none":
        return []
    steps = []
    for question, reasons, switch in QUESTIONS:
        if identity.reason in reasons:
            steps.append(Step(question, _yes(identity, now), decides=True))
            return steps
        if switch in now.rules.flags_off:
            steps.append(Step(question, f"Not asked: the rule {SWITCHES[switch].title} is off."))
        else:
            steps.append(Step(question, "No."))
    steps.append(Step("Who registered the domain?", _yes(identity, now), decides=True))
    return steps


def _yes(identity: Identity, now: Situation) -> str:
    company, is_asked = identity.company_key, identity.reason not in LAST
    start = "Yes. " if is_asked else ""
    if company is None:
        return f"{start}{REASONS[identity.reason]}"
    guess = "" if now.is_named(company) else ", a name that is guessed from the domain"
    override = now.rules.override_of(host_facts(identity.host or ""))
    by = f" It was set for {override}." if override and is_asked else ""
    return f"{start}{now.name_of(company)} ({company}){guess}.{by}"


LAST = ("role_address", "idn", "subdomain", "business")


def _shown(
    visit: Visit, address: str, tried: Tried | None, invalid: InvalidChange | None = None
) -> Response:
    return render(
        visit,
        "try.html",
        current=TRY,
        invalid=invalid,
        address=address,
        tried=tried,
        longest=LONGEST,
    )


PAGES = (
    PageRoute(TRY, form, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(TRY, attempt, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
)
