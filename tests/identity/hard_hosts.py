"""Generated hosts: of every list, below every kind of suffix, in every spelling, and wrong ones."""

from collections.abc import Iterable
from pathlib import Path

from disposable_email_domains import blocklist
from hypothesis import strategies as st
from publicsuffixlist import PSLFILE

from integration.identity import word_lists


def _suffix_rules() -> list[str]:
    """The rules of the suffix list as hosts: `*.ck` as `any.ck`, `!www.ck` as `www.ck`."""
    lines = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = [line.strip() for line in lines if line.strip() and not line.startswith("//")]
    return [rule.replace("*", "any").removeprefix("!") for rule in rules]


def one_of_many(options: Iterable[str]) -> st.SearchStrategy[str]:
    """Like `sampled_from`, but without all the options in its name."""
    ordered = sorted(options)
    return st.integers(0, len(ordered) - 1).map(lambda index: ordered[index])


SUFFIX_RULES = _suffix_rules()
BELOW_WILDCARDS = [rule for rule in SUFFIX_RULES if rule.startswith("any.")]
ORDINARY = [
    *("acme.com", "acme.co.uk", "mail.acme.com", "nhs.net", "foo.uk.com", "city.kawasaki.jp"),
    *("stanford.edu", "alumni.stanford.edu", "alum.x.ac.uk", "ox.ac.uk", "foo.bar.ck"),
]
IDNS = ["bücher.de", "straße.de", "mail.bücher.de", "пример.рф", "例え.jp", "xn--bcher-kva.de"]
TENANTS = ["onmicrosoft.com", "acme.onmicrosoft.com", "x.acme.mail.onmicrosoft.com"]
IP_LITERALS = ["[192.0.2.10]", "192.0.2.10", "[IPv6:2001:DB8::1]", "[::ffff:1.2.3.4]"]
NO_SUFFIX = ["acme.notatld", "notatld", "foo.za"]
UNREADABLE = ["nowhere.invalid", "ac_me.com", "a..com", "-a.com", "xn--a.com", "acme .com", "[1.2]"]
LABELS = ["mail", "eu", "x", "any", "alumni", "calendar", "ünï", "a" * 60]

labels = st.sampled_from(LABELS)
_suffixes = st.one_of(one_of_many(SUFFIX_RULES), one_of_many(BELOW_WILDCARDS))
_bases = st.one_of(
    st.sampled_from(ORDINARY),
    st.sampled_from(IDNS),
    st.sampled_from(TENANTS),
    st.sampled_from(NO_SUFFIX),
    one_of_many(word_lists.FREE_MAIL),
    one_of_many(word_lists.RELAY_HOSTS),
    one_of_many(word_lists.RESOURCE_HOSTS),
    one_of_many(word_lists.HOSTING_PLATFORMS),
    one_of_many(blocklist),
    st.sampled_from(sorted(word_lists.SPECIAL_USE_TLDS)).flatmap(
        lambda tld: st.sampled_from([tld, f"acme.{tld}"])
    ),
    _suffixes,
    _suffixes.map("acme.{}".format),
    _suffixes.map(lambda suffix: suffix.partition(".")[2] or suffix),
)
_below = st.builds("{}.{}".format, labels, _bases)
_spelled_otherwise = st.one_of(
    _bases.map(str.upper),
    _bases.map(lambda host: host.replace(".", "。")),
    _bases.map("{}.".format),
)
domains = st.one_of(_bases, _below)
hosts = st.one_of(
    _bases,
    _below,
    _spelled_otherwise,
    st.sampled_from(IP_LITERALS),
    st.sampled_from(UNREADABLE),
    st.text(max_size=12),
)
