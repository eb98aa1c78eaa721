"""Generated cases: an address that is hard to read, in an organization with rules about it.

The address, the users, the overrides and the own domains are drawn from the same few hosts, so that
they meet.
"""

from dataclasses import dataclass
from functools import lru_cache

from hypothesis import strategies as st

from integration.identity import word_lists
from integration.identity.identity_settings import ADMITTED_TLDS, FLAGS
from integration.identity.rules import OrganizationRules, organization_rules
from tests.identity.hard_hosts import domains, hosts, labels, one_of_many


@dataclass(frozen=True)
class Organization:
    user_emails: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    overrides: tuple[tuple[str, str | None], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def rules(self) -> OrganizationRules:
        return _rules(self)


@lru_cache
def _rules(rows: Organization) -> OrganizationRules:
    return organization_rules(
        user_emails=rows.user_emails,
        own_domains=rows.own_domains,
        overrides=dict(rows.overrides),
        settings=dict(rows.settings),
    )


@dataclass(frozen=True)
class Case:
    """Laws put `invisible`, `white_space`, `tag` and `label` into the text."""

    text: str
    organization: Organization
    invisible: str
    white_space: str
    tag: str
    label: str


PEOPLE = [
    "jane",
    "Jane.Doe",
    "j'anne.o'neil",
    "JÜRGEN",
    "e\u0301va",
    "ΑΣ",
    "ΑΣ.Β",
    "i\u0307da",
    "j\u030c",
]
TAGGED = ["jane+zoom", "+jane", "+a+b", "jane+", "j.d+x.y"]
QUOTED = [
    '"jane.doe"',
    '"jane doe"',
    r'"a\"b\\"',
    '"a@b"',
    '"a,b;c"',
    '""',
    '"..."',
    '"a+b c"',
    '"<a>"',
]
STRANGE = [
    "jane..doe",
    ".jane",
    "jane\u00a0doe",
    "e.\u0301",
    "a" * 64,
    "é" * 33,
    "",
    "'jane",
    "j,d",
]
MACHINES = ["no.reply", "x-NoReply", "bounce-1", "mailer-daemon", "fred", "notetaker"]
INVISIBLE = ["\u200b", "\u00ad", "\ufeff", "\u202e", "\u0000", "\u2060", "\u001f"]
WHITE_SPACE = [" ", "\t", "\r\n", "\u00a0", "\u3000", "\u0085", " \u2003"]
WRAPPINGS = [
    *("{}", "<{}>", "Ann <{}>", '"Doe, Ann" <{}>', "mailto:{}", "MAILTO:{}", "'{}'", "{}.", "{},;"),
    *(
        "<mailto:{}>",
        "Ann <'{}'>.",
        "{} ",
        "bob@acme.com, {}",
        "{} bob@acme.com",
        "{0};{0}",
        "{0}@",
    ),
]

_locals = st.one_of(
    st.sampled_from(PEOPLE),
    st.builds("{}{}".format, st.sampled_from(PEOPLE), st.integers(0, 10**6)),
    st.sampled_from(TAGGED),
    st.sampled_from(QUOTED),
    st.sampled_from(STRANGE),
    st.sampled_from(MACHINES),
    one_of_many(word_lists.ROLE_WORDS),
    one_of_many(word_lists.AUTOMATED),
    st.text(max_size=8),
)
_flags = st.dictionaries(st.sampled_from(sorted(FLAGS)), st.sampled_from(["on", "off"]), max_size=4)
_admitted = st.sampled_from([{}, {ADMITTED_TLDS: "test; example"}])


@st.composite
def crowds(draw: st.DrawFn) -> list[Case]:
    """Some thirty cases of one organization: each local part at each host, and odd texts.

    Drawn together, because drawing takes longer than the laws.
    """
    met = draw(st.lists(hosts, min_size=4, max_size=7, unique=True))
    locals_ = draw(st.lists(_locals, min_size=4, max_size=7, unique=True))
    wrappings = draw(st.lists(st.sampled_from(WRAPPINGS), min_size=5, max_size=5, unique=True))
    addresses = [f"{local}@{host}" for local in locals_ for host in met]
    texts = [
        wrappings[number % 5].format(address) if number % 4 == 0 else address
        for number, address in enumerate(addresses)
    ]
    texts += [draw(st.sampled_from(sorted(word_lists.NOTETAKER_BOTS))), draw(st.text(max_size=20))]
    organization = draw(
        _organizations(st.sampled_from(locals_), st.one_of(st.sampled_from(met), domains))
    )
    put_in = {
        "invisible": draw(st.sampled_from(INVISIBLE)),
        "white_space": draw(st.sampled_from(WHITE_SPACE)),
        "tag": draw(st.sampled_from(["zoom", "", "a.b", "x+y"])),
        "label": draw(labels),
    }
    return [Case(text=text, organization=organization, **put_in) for text in texts]


@st.composite
def _organizations(
    draw: st.DrawFn, people: st.SearchStrategy[str], some: st.SearchStrategy[str]
) -> Organization:
    users = draw(st.lists(st.builds("{}@{}".format, people, some), max_size=2))
    overrides = draw(st.dictionaries(some, st.one_of(st.none(), some), max_size=3))
    kept = draw(st.lists(some, max_size=1))
    return Organization(
        user_emails=tuple(users),
        own_domains=tuple(draw(st.lists(some, max_size=1))),
        overrides=tuple((overrides | {domain: domain for domain in kept}).items()),
        settings=tuple((draw(_flags) | draw(_admitted)).items()),
    )
