"""Laws for every address and every organization. A law takes a case and asserts."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from string import ascii_lowercase

from integration.identity import word_lists
from integration.identity.address import Address, person_key, read_address
from integration.identity.classify import classify
from integration.identity.cleaning import cleaned_email
from integration.identity.host_facts import DISPOSABLE, host_facts
from integration.identity.hosts import as_unicode, is_ip_literal, parents, read_host
from integration.identity.ids import company_id, person_id
from integration.identity.names import skeleton
from integration.identity.rules import OrganizationRules
from integration.identity.suffixes import icann_suffix
from tests.identity.hard_addresses import Case

OF_THE_TEXT = {
    *("empty", "multiple_addresses", "malformed_no_at", "malformed_multi_at", "malformed_local"),
    *("malformed_empty_local", "malformed_empty_domain", "malformed_domain", "malformed_too_long"),
    "reserved_invalid",
}
WITHOUT_KEY = {"company_user", "internal_domain"}
WITHOUT_COMPANY = {
    *("resource_calendar", "notetaker_bot", "automated_sender", "ip_literal", "relay_domain"),
    *("override_no_company", "disposable", "special_use_domain", "role_at_free_mail", "free_mail"),
    *("unknown_tld", "hosting_platform", "public_suffix", "alumni_domain"),
}
BY_OVERRIDE = {"domain_alias", "suffix_override", "domain_override"}
BY_DOMAIN = {"business", "subdomain", "idn"}
WITH_COMPANY = {*BY_OVERRIDE, *BY_DOMAIN, "tenant_domain", "role_address"}
SHARED = (
    word_lists.FREE_MAIL
    | word_lists.RELAY_HOSTS
    | word_lists.RESOURCE_HOSTS
    | word_lists.HOSTING_PLATFORMS
    | DISPOSABLE
)
CAN_LOOK_ALIKE = set("aceopx")
LOOK_ALIKE = str.maketrans("aceopx", "\u0430\u0441\u0435\u043e\u0440\u0445")  # Latin to Cyrillic
FULL_WIDTH = {ord(letter): ord(letter) + 0xFEE0 for letter in ascii_lowercase}


def a_key_is_classified_as_its_text(case: Case) -> None:
    rules = case.organization.rules()
    identity = classify(case.text, rules)
    if identity.person_key is not None:
        assert classify(identity.person_key, rules) == identity
    key = person_key(case.text)
    assert key is None or person_key(key) == key


def invisible_characters_and_white_space_change_nothing(case: Case) -> None:
    rules = case.organization.rules()
    among = case.invisible + case.invisible.join(case.text) + case.invisible
    around = case.white_space + case.text + case.white_space
    assert classify(among, rules) == classify(around, rules) == classify(case.text, rules)


def ascii_case_changes_nothing(case: Case) -> None:
    rules = case.organization.rules()
    lower = "".join(letter.lower() if letter.isascii() else letter for letter in case.text)
    upper = "".join(letter.upper() if letter.isascii() else letter for letter in case.text)
    assert classify(lower, rules) == classify(upper, rules) == classify(case.text, rules)


def the_spellings_of_an_idn_give_one_key(case: Case) -> None:
    for host in _domains(case):
        shown = as_unicode(host)
        spellings = [
            shown,
            shown.replace(".", "\u3002"),
            unicodedata.normalize("NFD", shown),
            shown.translate(FULL_WIDTH),
            host.upper(),
        ]
        keys = {person_key(f"jane@{spelling}") for spelling in spellings}
        assert keys == {person_key(f"jane@{host}")}


def a_look_alike_gives_another_key(case: Case) -> None:
    for host in _domains(case):
        domain = host_facts(host).domain or ""
        label, dot, suffix = domain.partition(".")
        look_alike = read_host(f"{label.translate(LOOK_ALIKE)}{dot}{suffix}")
        # `xn--` has no letters. Next to an exception in the suffix list, a look-alike is a suffix.
        is_domain = look_alike is not None and host_facts(look_alike).domain == look_alike
        if is_domain and set(label) & CAN_LOOK_ALIKE and not label.startswith("xn--"):
            assert person_key(f"jane@{look_alike}") != person_key(f"jane@{domain}")
            assert skeleton(look_alike) == skeleton(domain)


def tags_dots_and_quotes_never_split_a_person(case: Case) -> None:
    address = read_address(case.text)
    if isinstance(address, Address):
        keys = {person_key(spelling) for spelling in _spellings(address, case.tag)}
        assert keys <= {address.key}


def _spellings(address: Address, tag: str) -> Iterator[str]:
    """Other ways to write an address that are not too long."""
    locals_ = [address.local]
    if not address.local.startswith("+"):
        locals_.append(f"{address.local}+{tag}")
    hosts = [address.host]
    if address.host == "gmail.com" and address.local.strip("."):
        locals_.append(".".join(address.local))
        hosts.append("googlemail.com")
    for local, host in product(locals_, hosts):
        if len(local.encode()) <= 64 and len(f"{local}@{host}".encode()) <= 254:
            escaped = local.replace("\\", "\\\\").replace('"', '\\"')
            yield f'"{escaped}"@{host}'
            if not address.key.startswith('"'):
                yield f"{local}@{host}"


def _domains(case: Case) -> list[str]:
    """The host of the case as A-labels, if it has one that is a domain."""
    address = read_address(case.text)
    is_domain = isinstance(address, Address) and not is_ip_literal(address.host)
    return [address.host] if is_domain else []


def a_company_is_never_a_shared_domain(case: Case) -> None:
    rules = replace(case.organization, settings=()).rules()
    identity = classify(case.text, rules)
    if identity.company_key is None:
        return
    assert rules.own_domains.isdisjoint(parents(identity.company_key))
    if identity.reason not in BY_OVERRIDE:
        assert SHARED.isdisjoint(parents(identity.company_key))
        assert icann_suffix(identity.company_key) != identity.company_key


def an_own_domain_is_never_a_company(case: Case) -> None:
    rules = case.organization.rules()
    company = classify(case.text, rules).company_key
    assert company is None or rules.own_domains.isdisjoint(parents(company))


def the_reason_fits_the_rest_of_the_identity(case: Case) -> None:
    identity = classify(case.text, case.organization.rules())
    reason = identity.reason
    assert reason in OF_THE_TEXT | WITHOUT_KEY | WITHOUT_COMPANY | WITH_COMPANY
    assert (identity.company_key is not None) == (reason in WITH_COMPANY)
    assert (identity.person_key is None) == (reason in OF_THE_TEXT | WITHOUT_KEY)
    assert (identity.host is None) == (identity.kind == "none") == (reason in OF_THE_TEXT)
    assert (identity.kind in ("user", "internal")) == (reason in WITHOUT_KEY)


def one_more_label_never_changes_the_company(case: Case) -> None:
    rules = replace(case.organization, settings=()).rules()
    identity = classify(case.text, rules)
    if identity.reason not in BY_DOMAIN or host_facts(identity.host).is_public_suffix:
        return
    local = identity.person_key.removesuffix(f"@{identity.host}")
    longer = classify(f"{local}@{case.label}.{identity.host}", rules)
    if longer.kind not in ("none", "user") and not _is_listed_itself(longer.host, rules):
        assert longer.company_key == identity.company_key


def _is_listed_itself(host: str, rules: OrganizationRules) -> bool:
    lists = (SHARED, word_lists.TENANT_SUFFIXES, rules.own_domains, rules.overrides)
    facts = host_facts(host)
    return any(host in entries for entries in lists) or facts.is_icann_suffix or facts.is_alumni


def a_flag_never_changes_the_kind(case: Case) -> None:
    """Except for an own domain, which decides if a rule before it is off."""
    kind = classify(case.text, case.organization.rules()).kind
    with_all_on = classify(case.text, replace(case.organization, settings=()).rules()).kind
    assert kind == with_all_on or kind == "internal" != with_all_on


def the_order_of_rows_changes_nothing(case: Case) -> None:
    rows = case.organization
    reversed_rows = replace(
        rows,
        user_emails=rows.user_emails[::-1],
        own_domains=rows.own_domains[::-1],
        overrides=rows.overrides[::-1],
        settings=rows.settings[::-1],
    )
    assert reversed_rows.rules() == rows.rules()


def an_id_belongs_to_one_key_of_one_organization(case: Case) -> None:
    key = person_key(case.text)
    if key is None:
        return
    ids = [make(org, key) for make in (person_id, company_id) for org in ("org-1", "org-2")]
    assert len(set(ids)) == 4
    assert ids[0] == person_id("org-1", key) != person_id("org-1", f"x{key}")


def cleaning_again_changes_nothing_and_cleaning_changes_no_key(case: Case) -> None:
    found, key = cleaned_email(case.text), person_key(case.text)
    assert found is None or cleaned_email(found) == found
    assert key is None or (found is not None and person_key(found) == key)


LAWS: tuple[Callable[[Case], None], ...] = (
    a_key_is_classified_as_its_text,
    invisible_characters_and_white_space_change_nothing,
    ascii_case_changes_nothing,
    the_spellings_of_an_idn_give_one_key,
    a_look_alike_gives_another_key,
    tags_dots_and_quotes_never_split_a_person,
    a_company_is_never_a_shared_domain,
    an_own_domain_is_never_a_company,
    the_reason_fits_the_rest_of_the_identity,
    one_more_label_never_changes_the_company,
    a_flag_never_changes_the_kind,
    the_order_of_rows_changes_nothing,
    an_id_belongs_to_one_key_of_one_organization,
    cleaning_again_changes_nothing_and_cleaning_changes_no_key,
)
