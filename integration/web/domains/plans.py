"""Plans a change: which rows it writes, and what it is called. Refuses what has no good meaning."""

from collections.abc import Callable
from dataclasses import dataclass

from integration.identity.cleaning import cleaned_domain
from integration.identity.host_facts import host_facts
from integration.identity.identity_settings import ADMITTED_TLDS, FLAGS
from integration.identity.word_lists import SPECIAL_USE_TLDS
from integration.quantities import noun
from integration.web.domains.asked import Asked, InvalidChange, domain_in, shown_domain
from integration.web.domains.situation import Situation
from integration.web.domains.stored import Edit, Table
from integration.web.domains.words import RULES


@dataclass(frozen=True)
class Plan:
    """`title` is a question, `button` its answer, `kind` and `subject` those of the audit trail.
    `warning` says what is unusual about it.
    """

    title: str
    button: str
    kind: str
    subject: str
    edits: tuple[Edit, ...]
    warning: str = ""


Planner = Callable[[Asked, Situation], Plan]


def add_own(asked: Asked, now: Situation) -> Plan:
    domain = domain_in(asked.domain)
    if why := host_facts(domain).why_shared():
        raise InvalidChange(
            "domain", f"{domain} cannot be one of your own domains because it {why}."
        )
    if domain in now.rules.own_domains:
        raise InvalidChange("domain", f"{domain} is already one of your own domains.")
    if now.is_own(domain):
        raise InvalidChange(
            "domain", f"{domain} is already a subdomain of one of your own domains."
        )
    return Plan(
        f"Add {shown_domain(domain)} to your own domains?",
        "Add",
        "own_domain_added",
        domain,
        (now.stored.edit("own_domains", domain, {}),),
    )


def remove_own(asked: Asked, now: Situation) -> Plan:
    domain = domain_in(asked.domain)
    known = {one.domain: one for one in now.own_domains()}
    if domain not in known or not known[domain].written:
        raise InvalidChange("domain", f"{domain} was not entered as one of your own domains.")
    stays = "users" in known[domain].sources
    return Plan(
        f"Remove {shown_domain(domain)} from your own domains?",
        "Remove",
        "own_domain_removed",
        domain,
        tuple(now.stored.edit("own_domains", each, None) for each in known[domain].written),
        f"{domain} stays one of your own domains, because WorkSights users have an email there."
        if stays
        else "",
    )


def set_rule(asked: Asked, now: Situation) -> Plan:
    """A rule is on without a row."""
    if asked.rule not in FLAGS or asked.value not in ("on", "off"):
        raise InvalidChange("rule", "Choose a rule, and whether it applies.")
    rule = RULES[asked.rule]
    if (now.facts.settings.get(asked.rule) == "off") == (asked.value == "off"):
        raise InvalidChange(asked.rule, "This is already the current choice.")
    return Plan(
        f"Switch the rule “{rule.title}” {asked.value}?",
        "Save",
        "identity_rule_changed",
        asked.rule,
        _edits_of_setting(now, asked.rule, None if asked.value == "on" else "off"),
    )


def admit_endings(asked: Asked, now: Situation) -> Plan:
    endings = sorted({word.strip(".,;").lower() for word in asked.value.split()} - {""})
    if unknown := set(endings) - SPECIAL_USE_TLDS:
        raise InvalidChange(
            ADMITTED_TLDS,
            f"“{min(unknown)}” cannot be chosen. These can: {', '.join(sorted(SPECIAL_USE_TLDS))}.",
        )
    value = " ".join(endings)
    if set(endings) == now.rules.admitted_tlds:
        raise InvalidChange(ADMITTED_TLDS, "This is already the current choice.")
    return Plan(
        f"Allow the {noun(len(endings), 'ending')} {', '.join(endings)}?"
        if endings
        else "Allow none of these endings?",
        "Save",
        "identity_rule_changed",
        ADMITTED_TLDS,
        _edits_of_setting(now, ADMITTED_TLDS, value or None),
    )


def drop(asked: Asked, now: Situation) -> Plan:
    """Removes a row that has no effect."""
    for table, key in without_effect(now):
        if (table, key) == (asked.table, asked.key):
            return Plan(
                f"Remove “{key}”?",
                "Remove",
                "setting_without_effect_removed",
                key,
                (now.stored.edit(table, key, None),),
            )
    raise InvalidChange("key", "This setting no longer exists, or it has an effect now.")


def without_effect(now: Situation) -> list[tuple[Table, str]]:
    """(table, key) of the rows that mean nothing, which this page cannot write."""
    of_companies = now.stored.tables["domain_overrides"]
    return [
        *(("own_domains", key) for key in now.stored.tables["own_domains"] if _is_no_domain(key)),
        *(
            ("domain_overrides", key)
            for key, values in of_companies.items()
            if _is_no_domain(key)
            or ((to := str(values["company_domain"] or "").strip()) and _is_no_domain(to))
        ),
        *(
            ("identity_settings", key)
            for key, values in now.stored.tables["identity_settings"].items()
            if not _is_valid_setting(key, str(values["value"]))
        ),
    ]


def _is_no_domain(text: str) -> bool:
    return cleaned_domain(text) is None


def _is_valid_setting(name: str, value: str) -> bool:
    name, value = name.strip().lower(), value.strip().lower()
    return name == ADMITTED_TLDS or (name in FLAGS and value in ("on", "off"))


def _edits_of_setting(now: Situation, name: str, value: str | None) -> tuple[Edit, ...]:
    """One row in the usual spelling, or none."""
    others = [
        key
        for key in now.stored.tables["identity_settings"]
        if key.strip().lower() == name and key != name
    ]
    return (
        *(now.stored.edit("identity_settings", key, None) for key in others),
        now.stored.edit("identity_settings", name, None if value is None else {"value": value}),
    )
