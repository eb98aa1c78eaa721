"""What the rules for people and companies mean, in the words of the page."""

from dataclasses import dataclass

from integration.identity.identity_settings import ADMITTED_TLDS, TITLES

# Why an address has no company, or which rule gives it one: the reasons of the decision list.
REASONS = {
    "resource_calendar": "It is the calendar of a room or device.",
    "notetaker_bot": "It is the address of a notetaker bot.",
    "company_user": "It is the email of a WorkSights user of your organization.",
    "internal_domain": "Its domain is one of your own domains.",
    "automated_sender": "It is an automated address.",
    "ip_literal": "An IP address is not a domain.",
    "override_no_company": "Your organization decided that this domain is not a company.",
    "domain_alias": "Your organization merged this domain into another company.",
    "suffix_override": "Your organization decided that this domain is a company.",
    "domain_override": "Your organization decided that this domain is a company.",
    "relay_domain": "The domain forwards mail for the public.",
    "disposable": "The domain provides disposable addresses.",
    "special_use_domain": "The domain is reserved for tests or internal networks.",
    "free_mail": "The domain provides mailboxes to the public.",
    "role_at_free_mail": "The domain provides mailboxes to the public.",
    "tenant_domain": "It is the Microsoft 365 domain of one organization.",
    "unknown_tld": "The domain's ending is not known.",
    "hosting_platform": "The domain hosts sites for many organizations.",
    "public_suffix": "Anyone can register a domain under it.",
    "alumni_domain": "Former students use this domain.",
    "role_address": "The company is the one that registered the domain.",
    "idn": "The company is the one that registered the domain.",
    "subdomain": "The company is the one that registered the domain above it.",
    "business": "The company is the one that registered the domain.",
    "empty": "Nothing was entered.",
    "multiple_addresses": "It is more than one address.",
    "malformed_no_at": "An address has an @.",
    "malformed_multi_at": "An address has only one @.",
    "malformed_empty_local": "Nothing is before the @.",
    "malformed_empty_domain": "Nothing is after the @.",
    "malformed_local": "What is before the @ cannot be part of an address.",
    "malformed_domain": "What is after the @ is not a domain.",
    "malformed_too_long": "It is too long for an address.",
    "reserved_invalid": "Addresses that end in .invalid are reserved, and no one has one.",
}
KINDS = {
    "human": ("A person", "They are listed under Clients."),
    "role": ("A shared address", "It is not listed as a person; its meetings count."),
    "automated": (
        "An automated address",
        "It is not listed as a person, and its meetings do not count.",
    ),
    "resource": ("A room or device", "It is not listed as a person."),
    "bot": ("A notetaker bot", "It is not listed as a person."),
    "disposable": ("A disposable address", "It is not listed as a person."),
    "user": ("A colleague", "Colleagues are never clients."),
    "internal": ("A colleague", "Colleagues are never clients."),
    "none": ("No one", "It cannot be read as an email address, so it is ignored."),
}
SOURCES = {
    "users": "From the emails of your WorkSights users",
    "page": "Entered",
    "override": "Merged with one of your own domains",
}


@dataclass(frozen=True)
class Rule:
    """A rule that an organization may switch off. `on` and `off` say what then happens."""

    title: str
    about: str
    on: str = "They have no company"
    off: str = "Their domain is their company"


_ABOUT = {
    "free_mail": "Domains where anyone can have a mailbox, such as gmail.com.",
    "disposable": "Domains with addresses that exist only for minutes.",
    "relay": "Domains that hide an address, such as privaterelay.appleid.com.",
    "hosting_platform": "Domains with the sites of many organizations, such as github.io.",
    "alumni": "Domains of former students, such as alumni.harvard.edu.",
    "automated": "Addresses such as no-reply@acme.com.",
    "special_use": "Domains that end in .local, .corp, .test and the like.",
    "unknown_tld": "Domains whose ending is on no public list.",
}
RULES = {name: Rule(TITLES[name], about) for name, about in _ABOUT.items()}
ADMITTED = Rule(
    TITLES[ADMITTED_TLDS],
    "Domains with these endings count as companies, although they are internal or test domains.",
)
