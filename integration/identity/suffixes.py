"""What the public suffix list says of a host: ICANN's section, and the private one as well."""

from publicsuffixlist import PublicSuffixList

# A host that no rule covers has no suffix, rather than its last label.
_ALL = PublicSuffixList(accept_unknown=False)
_ICANN = PublicSuffixList(accept_unknown=False, only_icann=True)


def icann_suffix(host: str) -> str | None:
    """The part of a host below which a registry sells; None when no rule covers the host."""
    return _ICANN.publicsuffix(host)


def suffix(host: str) -> str | None:
    """As above, also by the private section: `uk.com`, `github.io`."""
    return _ALL.publicsuffix(host)
