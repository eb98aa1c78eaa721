"""From what somebody typed to one key, or to the reason why there is none."""

import pytest

from integration.identity.address import Address, Unreadable, person_key, read_address

READABLE = [
    ("lena.berg@nordwind.de", "lena.berg@nordwind.de"),
    ("  Lena.Berg@NordWind.DE\u200b ", "lena.berg@nordwind.de"),
    ("Lena Berg <lena@nordwind.de>", "lena@nordwind.de"),
    ('"Berg; Lena" <mailto:lena@nordwind.de>,', "lena@nordwind.de"),
    ("'lena@nordwind.de'.", "lena@nordwind.de"),
    ("lena+a+b@nordwind.de", "lena@nordwind.de"),
    ("+lena+a@nordwind.de", "+lena+a@nordwind.de"),
    ('"lena berg+x"@nordwind.de', '"lena berg"@nordwind.de'),
    (r'"a\"b\\c@d,e"@nordwind.de', r'"a\"b\\c@d,e"@nordwind.de'),
    (r'"l\e\na"@nordwind.de', "lena@nordwind.de"),
    ('"a..b"@nordwind.de', '"a..b"@nordwind.de'),
    ("L.E.N.A+x@googlemail.com", "lena@gmail.com"),
    ('"..."@gmail.com', '"..."@gmail.com'),
    ("l.e.n.a@mail.gmail.com", "l.e.n.a@mail.gmail.com"),
    ("J\u030can@nordwind.de", "\u01f0an@nordwind.de"),  # only the small letter has one character
    ("e.\u0301va@gmail.com", "éva@gmail.com"),  # the accent stands beside its letter now
    ("JÜRGEN@MÜLLER.de", "jürgen@xn--mller-kva.de"),
    ("ju\u0308rgen@mu\u0308ller.de", "jürgen@xn--mller-kva.de"),
    ("lena@nordwind。de.", "lena@nordwind.de"),
    ("lena@192.0.2.7", "lena@[192.0.2.7]"),
    ("lena@[ipv6:2001:DB8:0:0::7]", "lena@[2001:db8::7]"),
    ("lena@[::ffff:192.0.2.7]", "lena@[::ffff:c000:207]"),
    ("a" * 64 + "@nordwind.de", "a" * 64 + "@nordwind.de"),
]
UNREADABLE = [
    (None, "empty"),
    (" \u200b\u3000", "empty"),
    ("<>", "empty"),
    ("lena@a.de,tom@b.de", "multiple_addresses"),
    ("lena@a.de tom@b.de", "multiple_addresses"),
    ("Lena <lena@a.de>; Tom <tom@b.de>", "multiple_addresses"),
    ("lena.berg", "malformed_no_at"),
    ('"lena@nordwind.de"', "malformed_local"),
    ("lena@@nordwind.de", "malformed_multi_at"),
    ('"lena"x@nord@wind.de', "malformed_multi_at"),
    ('""@nordwind.de', "malformed_empty_local"),
    ("<@nordwind.de>", "malformed_empty_local"),
    ("lena@.", "malformed_empty_domain"),
    (".lena@nordwind.de", "malformed_local"),
    ("lena berg@nordwind.de", "malformed_local"),
    ("lena(work)@nordwind.de", "malformed_local"),
    ('"lena\tberg"@nordwind.de', "malformed_local"),
    ("lena\ud800@nordwind.de", "malformed_local"),  # half of a character
    ("lena@nord wind.de", "malformed_domain"),
    ("lena@nord_wind.de", "malformed_domain"),
    ("lena@nordwind..de", "malformed_domain"),
    ("lena@" + "a" * 64 + ".de", "malformed_domain"),
    ("lena@nordwind.123", "malformed_domain"),
    ("lena@[300.0.2.7]", "malformed_domain"),
    ("lena@[192.0.02.7]", "malformed_domain"),
    ("lena@[fe80::1%eth0]", "malformed_domain"),
    ("lena@xn--a.de", "malformed_domain"),
    ("lena@x.INVALID", "reserved_invalid"),
    ("a" * 65 + "@nordwind.de", "malformed_too_long"),
    ("é" * 33 + "@nordwind.de", "malformed_too_long"),
    ("a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".nordwind.de", "malformed_too_long"),
]


@pytest.mark.parametrize(("text", "key"), READABLE)
def test_all_spellings_of_an_address_have_one_key(text: str, key: str) -> None:
    assert person_key(text) == key


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_what_cannot_be_read_has_a_reason_and_no_key(text: str | None, reason: str) -> None:
    assert read_address(text) == Unreadable(reason)
    assert person_key(text) is None


def test_an_address_is_read_into_its_local_part_and_its_host() -> None:
    assert read_address('"lena berg"@eu.nordwind.de') == Address("lena berg", "eu.nordwind.de")
