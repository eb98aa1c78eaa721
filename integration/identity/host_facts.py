"""What is true of a host for every organization: the lists it is in, and whose domain it is."""

import re
from dataclasses import dataclass
from functools import lru_cache

from disposable_email_domains import blocklist

from integration.identity import suffixes, word_lists
from integration.identity.hosts import is_ip_literal, parents

DISPOSABLE = frozenset(blocklist)
_CC = re.compile("[a-z]{2}")


@dataclass(frozen=True, slots=True)
class HostFacts:
    """`parents` begins with the host itself; "in a list" means that one of them is an entry."""

    parents: tuple[str, ...]
    lists: frozenset[str]
    domain: str | None  # the tenant's or the registrable one; None: the host belongs to nobody
    override_path: tuple[str, ...]  # where an override is looked for, in this order
    is_ip_literal: bool
    is_single_label: bool
    is_tenant: bool
    is_icann_suffix: bool
    is_public_suffix: bool  # of the private section as well
    is_alumni: bool
    has_listed_tld: bool

    def is_in(self, entries: frozenset[str]) -> bool:
        return not entries.isdisjoint(self.parents)

    def why_shared(self) -> str | None:
        """Why the host cannot be one organization's own, as the end of a sentence."""
        if self.is_ip_literal:
            return "is an IP address"
        if self.is_single_label:
            return "has no dot"
        if self.parents[0] in word_lists.TENANT_SUFFIXES or self.is_public_suffix:
            return "is a suffix below which many have their domains"
        if self.is_alumni:
            return "is for alumni"
        found = [text for name, text in WHY_SHARED.items() if name in self.lists]
        return found[0] if found else None


LISTS = {
    "free_mail": word_lists.FREE_MAIL,
    "relay": word_lists.RELAY_HOSTS,
    "disposable": DISPOSABLE,
    "resource": word_lists.RESOURCE_HOSTS,
    "hosting_platform": word_lists.HOSTING_PLATFORMS,
}
WHY_SHARED = {
    "free_mail": "gives mailboxes to anybody",
    "relay": "forwards for anybody",
    "disposable": "gives throw-away mailboxes",
    "resource": "holds calendars of many organizations",
    "hosting_platform": "holds sites of many organizations",
}


# Many people share a host; a batch of all addresses asks again and again.
@lru_cache(maxsize=20_000)
def host_facts(host: str) -> HostFacts:
    if is_ip_literal(host):
        return _facts(host, (host,))
    return _facts(host, tuple(parents(host)))


def _facts(host: str, above: tuple[str, ...]) -> HostFacts:
    domain, override_path = _domain(above)
    return HostFacts(
        parents=above,
        lists=frozenset(name for name, listed in LISTS.items() if not listed.isdisjoint(above)),
        domain=domain,
        override_path=override_path,
        is_ip_literal=is_ip_literal(host),
        is_single_label=len(above) == 1 and not is_ip_literal(host),
        is_tenant=_tenant_suffix(above) is not None,
        is_icann_suffix=suffixes.is_icann_suffix(host),
        is_public_suffix=suffixes.is_public_suffix(host),
        is_alumni=_is_alumni(host),
        has_listed_tld=suffixes.has_listed_tld(host),
    )


def _tenant_suffix(above: tuple[str, ...]) -> str | None:
    return next((parent for parent in above[1:] if parent in word_lists.TENANT_SUFFIXES), None)


def _domain(above: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The host's domain, and what lies between the two."""
    host = above[0]
    if suffix := _tenant_suffix(above):
        labels = host.removesuffix(f".{suffix}").split(".")
        if labels[-1] == "mail" and len(labels) > 1:
            labels.pop()  # `acme.mail.onmicrosoft.com` receives what is sent to the tenant `acme`
        tenant = f"{labels[-1]}.{suffix}"
        # Not what stands above: `mail.onmicrosoft.com` would be another tenant.
        return tenant, tuple(dict.fromkeys((*above[: len(labels)], tenant)))
    registrable = None if is_ip_literal(host) else suffixes.registrable_domain(host)
    if registrable is None or suffixes.is_public_suffix(host):
        return registrable, (host,)
    return registrable, above[: above.index(registrable) + 1]


def _is_alumni(host: str) -> bool:
    labels = host.split(".")
    is_academic = labels[-1] == "edu" or (
        _CC.fullmatch(labels[-1]) is not None and labels[-2:-1] in (["edu"], ["ac"])
    )
    registrable = suffixes.registrable_domain(host) if is_academic else None
    if registrable is None:
        return False
    left = host.removesuffix(registrable).split(".")
    return "alumni" in left or "alum" in left
