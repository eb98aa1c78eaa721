"""Looks up a host in the public suffix list, with or without its private section."""

from functools import cache

from publicsuffixlist import PublicSuffixList


def icann_suffix(host: str) -> str | None:
    """The part of a host below which a registry sells names; None when no rule covers the host."""
    return _suffixes(only_icann=True).publicsuffix(host)


def suffix(host: str) -> str | None:
    """The same, including the private section: `uk.com`, `github.io`."""
    return _suffixes(only_icann=False).publicsuffix(host)


@cache
def _suffixes(*, only_icann: bool) -> PublicSuffixList:
    """Read when the first host is looked up, because it takes 0.1 s, and most processes look up
    none. A host that no rule covers has no suffix, rather than its last label.
    """
    return PublicSuffixList(accept_unknown=False, only_icann=only_icann)
