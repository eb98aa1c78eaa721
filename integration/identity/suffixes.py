"""What the public suffix list says of a host: ICANN's section, and the private one as well."""

from publicsuffixlist import PublicSuffixList

ALL = PublicSuffixList(accept_unknown=False)
ICANN = PublicSuffixList(accept_unknown=False, only_icann=True)


def is_icann_suffix(host: str) -> bool:
    return ICANN.is_public(host)


def is_public_suffix(host: str) -> bool:
    """Whether the host is a suffix of either section: what is below it belongs to others."""
    return ALL.is_public(host) or ICANN.is_public(host)


def has_listed_tld(host: str) -> bool:
    return ICANN.publicsuffix(host.rpartition(".")[2]) is not None


def registrable_domain(host: str) -> str | None:
    """The part of a host that somebody registered; None when the host is an ICANN suffix or a
    single label.

    A private suffix is one itself (`uk.com`), as its owner's. Below a TLD that is not on the list:
    the last two labels.
    """
    if ALL.is_public(host):
        return ICANN.privatesuffix(host)
    if not has_listed_tld(host):
        return ".".join(host.split(".")[-2:]) if "." in host else None
    return ALL.privatesuffix(host)


def public_suffix(host: str) -> str:
    """The part of a host that nobody registered; its last label when the list has none."""
    return ALL.publicsuffix(host) or host.rpartition(".")[2]
