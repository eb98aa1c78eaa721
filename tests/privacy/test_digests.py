"""A digest with newer keys is the same, whether the keys were added to it or it is made with them,
and no key is enough without the others.
"""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from integration.privacy.digests import (
    PSEUDONYM,
    Digests,
    pseudonym_with_newer_keys,
    with_newer_keys,
)

KEYS = st.lists(st.text(min_size=1), min_size=1, max_size=4, unique=True).map(tuple)
TEXTS = st.text(max_size=20)


@given(KEYS, st.data(), st.sampled_from(["person_key", "leg", "name"]), TEXTS, TEXTS)
def test_keys_can_be_added_to_a_digest(
    keys: tuple[str, ...], data: st.DataObject, kind: str, value: str, session_id: str
) -> None:
    added = data.draw(st.integers(0, len(keys) - 1))
    before, after = Digests(keys[added:], "firm"), Digests(keys, "firm")
    newer = keys[:added][::-1]
    assert with_newer_keys(before.of(kind, value, session_id=session_id), newer) == after.of(
        kind, value, session_id=session_id
    )
    old, new = before.of("person_key", value), after.of("person_key", value)
    mark = "affiliation_internal"
    assert with_newer_keys(before.of_person(mark, old), newer) == after.of_person(mark, new)
    for leg in (None, "main:7"):
        for shown in (PSEUDONYM, f"{PSEUDONYM}internal-", f"{PSEUDONYM}external-"):
            pseudonym = shown + before.pseudonym(old, session_id=session_id, leg=leg)
            assert pseudonym_with_newer_keys(pseudonym, newer) == shown + after.pseudonym(
                new, session_id=session_id, leg=leg
            )


@given(KEYS, KEYS, TEXTS)
def test_other_keys_or_the_same_in_another_order_make_other_digests(
    keys: tuple[str, ...], others: tuple[str, ...], value: str
) -> None:
    one, other = Digests(keys, "firm"), Digests(others, "firm")
    assert (one.of("name", value) == other.of("name", value)) == (keys == others)
    person = one.of("person_key", value)
    if len(others) > 1 and others != keys and others[0] != keys[0]:
        with pytest.raises((InvalidTag, ValueError)):
            other.pseudonym(person, session_id="s")


def test_one_key_makes_what_it_always_made() -> None:
    """Databases and files from before there could be several keys have these."""
    digests = Digests(("tombstone-key-of-the-tests-0123456789",), "firm")
    person = digests.of("person_key", "eve@out.example")
    assert person == "c7f9823ff0332a8062727a9a0ad88d65acc0f5c38716df689680440cb9dd8fee"
    assert (
        digests.of_person("affiliation_internal", person)
        == "2b006f4c5d5f18116666f2711f4f564e6b0d4258bdf871b579f42a5e9cee2cd7"
    )
    assert digests.pseudonym(person, session_id="s1") == "768a5a022ea12db4655b1f7c"
    assert digests.pseudonym(person, session_id="s1", leg="main:7") == "de54886d2102a9594911d221"


@pytest.mark.parametrize(
    "text", ["", "erased-", "erased-x", "an erased-0a", "erased-0A", "erased-unknown-0a", "UUID=="]
)
def test_what_is_no_pseudonym_stays_as_it_is(text: str) -> None:
    assert pseudonym_with_newer_keys(text, ["a-newer-key"]) == text
