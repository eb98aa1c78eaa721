"""Which display names are generic, and the names of people and companies without one."""

import pytest

from integration.identity.names import (
    guess_company_name,
    guess_person_name,
    is_generic,
    is_notetaker,
    skeleton,
    tidy,
)


@pytest.mark.parametrize(
    "name",
    [
        *("Zoom User", " GUEST ", "co-host", "N/A", "dial-in", "Front\u00a0Desk", "test\u200b"),
        *("Lena's iPhone", "SM-G991B", "iPad (2)", "Meeting Room 3", "MAC-MINI", "read.ai notes"),
        *("lena@nordwind.de", "+49 30 1234", "???", "", "\u200b"),
    ],
)
def test_a_generic_name_names_no_one(name: str) -> None:
    assert is_generic(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Lena Berg", "李雷", "Will Phoneman", "Guest Lena", "Sm-art", "sm-g991b", "Ann Pixelle"),
        *("Otter Readaine", "Max Host", "Ma\u0308ry"),
    ],
)
def test_the_name_of_a_person_is_not_generic(name: str) -> None:
    assert not is_generic(name)


@pytest.mark.parametrize(
    "name", ["Fireflies.ai Notetaker Dana", "read.ai meeting notes", "OTTER-AI", "Note\u00a0Taker"]
)
def test_a_note_taker_is_recognized_by_its_name(name: str) -> None:
    assert is_notetaker(name)


@pytest.mark.parametrize("name", ["Dana", "Otter Aida", "Fathoms", "notetakers", "Bread AI", ""])
def test_a_note_taker_is_recognized_by_whole_words_only(name: str) -> None:
    assert not is_notetaker(name)


def test_a_name_is_kept_except_for_its_spaces() -> None:
    assert tidy("  Berg,\tLena \u00a0 (Nordwind)\n") == "Berg, Lena (Nordwind)"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("lena.berg2@nordwind.de", "Lena Berg"),
        ("lena_van-berg@nordwind.de", "Lena Van Berg"),
        ("éva@nordwind.de", "Éva"),
        ("4711@nordwind.de", "4711"),
        ("--@nordwind.de", "--"),
        ('"lena  berg@home"@nordwind.de', "Lena berg@home"),
    ],
)
def test_a_person_without_a_name_is_named_after_the_local_part(key: str, name: str) -> None:
    assert guess_person_name(key) == name


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("nordwind-energie.de", "Nordwind Energie"),
        ("nordwind.co.uk", "Nordwind"),
        ("xn--mller-kva.de", "Müller"),
        ("hafen.onmicrosoft.com", "Hafen"),
        ("gov.scot", "Gov"),
        ("nordwind.test", "Nordwind"),
    ],
)
def test_a_company_without_a_name_is_named_after_its_label(domain: str, name: str) -> None:
    assert guess_company_name(domain) == name


@pytest.mark.parametrize(
    ("domain", "look_alike"),
    [
        ("nordwind.de", "n0rdwind.de"),
        ("nordwind.de", "nordw1nd.de"),
        ("nordwind.de", "nord-wind.de"),
        ("nordwind.de", "nordwlnd.de"),
        ("modern.com", "rnodern.com"),
        ("modern.com", "modem.com"),
        ("acme.com", "xn--cme-5cd.com"),  # a Cyrillic a
        ("paypal.com", "xn--80aa0cbo65f.com"),  # all of it Cyrillic
        ("muller.de", "xn--mller-kva.de"),
        ("0am.jp", "oam.jp"),  # the first is a suffix of the private section
    ],
)
def test_domains_that_look_alike_have_one_skeleton(domain: str, look_alike: str) -> None:
    assert skeleton(domain) == skeleton(look_alike)


def test_ordinary_names_have_different_skeletons() -> None:
    names = [
        *(
            "acme.com",
            "acme.co",
            "acme.co.uk",
            "acne.com",
            "ecma.com",
            "nordwind.de",
            "suedwind.de",
        ),
        *("xn--80ak6aa92e.com", "xn--e1afmkfd.com", "foo.github.io", "bar.github.io"),
    ]
    assert len({skeleton(name) for name in names}) == len(names)
