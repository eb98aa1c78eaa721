"""A typed text is read into one key, or into the reason why it has none."""

import pytest

from integration.identity.address import Address, InvalidAddress, person_key, read_address
from tests.identity.cases import READABLE, UNREADABLE


@pytest.mark.parametrize(("text", "key"), READABLE)
def test_all_spellings_of_an_address_have_one_key(text: str, key: str) -> None:
    assert person_key(text) == key


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_an_unreadable_text_has_a_reason_and_no_key(text: str | None, reason: str) -> None:
    assert read_address(text) == InvalidAddress(reason)
    assert person_key(text) is None


def test_an_address_is_read_into_its_local_part_and_its_host() -> None:
    assert read_address('"lena berg"@eu.nordwind.de') == Address("lena berg", "eu.nordwind.de")
