"""Facts about a host that hold for every organization: its lists, and its registrable domain."""

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
    """`parents` starts with the host itself; a host is in a list when one of its parents is."""

    parents: tuple[str, ...]
    lists: frozenset[str]
    domain: str | None  # the tenant's or the registrable domain; None: no one owns the host
    override_path: tuple[str, ...]  # the domains that may have an override, in order of precedence
    is_ip_literal: bool
    is_single_label: bool
    is_tenant: bool
    is_icann_suffix: bool
    is_public_suffix: bool  # includes the list's private section
    is_alumni: bool
    has_suffix: bool  # False: no rule of the suffix list covers it, usually because of its TLD

    def is_in(self, entries: frozenset[str]) -> bool:
        return not entries.isdisjoint(self.parents)

    def why_shared(self) -> str | None:
        """The end of a sentence that says why the host cannot be one's own domain, or None."""
        if self.is_ip_literal:
            return "is an IP address"
        if self.is_single_label:
            return "has no dot"
        if self.parents[0] in word_lists.TENANT_SUFFIXES or self.is_public_suffix:
            return "is a public suffix shared by many organizations"
        if self.is_alumni:
            return "is used by alumni"
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
    "free_mail": "provides mailboxes to the public",
    "relay": "forwards mail for the public",
    "disposable": "provides disposable addresses",
    "resource": "hosts calendars for many organizations",
    "hosting_platform": "hosts sites for many organizations",
}


# Many people share a host, so a batch of all addresses asks for the same hosts many times.
@lru_cache(maxsize=20_000)
def host_facts(host: str) -> HostFacts:
    """The facts about a host, which must have the spelling of a key."""
    is_ip = is_ip_literal(host)
    above = (host,) if is_ip else tuple(parents(host))
    suffix = None if is_ip else suffixes.suffix(host)
    icann_suffix = None if is_ip else suffixes.icann_suffix(host)
    is_public_suffix = host in (suffix, icann_suffix)
    # A private suffix such as `uk.com` is itself registered; its customers' domains are below it.
    registrable = _label_and(icann_suffix if host == suffix else suffix, above)
    registrable_path = above if registrable is None else above[: above.index(registrable) + 1]
    tenant, tenant_path = _tenant(above)
    return HostFacts(
        parents=above,
        lists=frozenset(name for name, listed in LISTS.items() if not listed.isdisjoint(above)),
        domain=tenant or registrable,
        override_path=tenant_path or (above[:1] if is_public_suffix else registrable_path),
        is_ip_literal=is_ip,
        is_single_label=len(above) == 1 and not is_ip,
        is_tenant=tenant is not None,
        is_icann_suffix=host == icann_suffix,
        is_public_suffix=is_public_suffix,
        is_alumni=registrable is not None and _is_alumni(host, registrable),
        has_suffix=icann_suffix is not None,
    )


def _label_and(suffix: str | None, above: tuple[str, ...]) -> str | None:
    """The end of the host: one label and the suffix, or two labels when the list has no suffix.

    None when the host is the suffix, a single label or an IP address.
    """
    length = 2 if suffix is None else suffix.count(".") + 2
    return above[-length] if length <= len(above) else None


def _tenant(above: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The tenant that a host belongs to, and the domains that may have its override."""
    suffix = next((parent for parent in above[1:] if parent in word_lists.TENANT_SUFFIXES), None)
    if suffix is None:
        return None, ()
    labels = above[0].removesuffix(f".{suffix}").split(".")
    if labels[-1] == "mail" and len(labels) > 1:
        labels.pop()  # `acme.mail.onmicrosoft.com` receives mail for the tenant `acme`
    tenant = f"{labels[-1]}.{suffix}"
    # Without `mail.onmicrosoft.com`, which would be a different tenant.
    return tenant, tuple(dict.fromkeys((*above[: len(labels)], tenant)))


def _is_alumni(host: str, registrable: str) -> bool:
    labels = host.split(".")
    is_academic = labels[-1] == "edu" or (
        _CC.fullmatch(labels[-1]) is not None and labels[-2] in ("edu", "ac")
    )
    left = host.removesuffix(registrable).split(".")
    return is_academic and ("alumni" in left or "alum" in left)
