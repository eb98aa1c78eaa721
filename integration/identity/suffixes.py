"""Looks up a host in the public suffix list, with or without its private section."""

from publicsuffixlist import PublicSuffixList

# A host that no rule covers has no suffix, rather than its last label.
_ALL = PublicSuffixList(accept_unknown=False)
_ICANN = PublicSuffixList(accept_unknown=False, only_icann=True)


def icann_suffix(host: str) -> str | None:
    """The part of a host below which a registry sells names; None when no rule covers the host."""
    return _ICANN.publicsuffix(host)


def suffix(host: str) -> str | None:
    """The same, including the private section: `uk.com`, `github.io`."""
    return _ALL.publicsuffix(host)
