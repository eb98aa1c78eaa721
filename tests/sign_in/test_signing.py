"""Laws of signing."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from integration.sign_in.signing import Purpose, Signing

purposes = st.sampled_from(get_args(Purpose))
keys = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3, unique=True)
secrets = st.text(max_size=50).filter(lambda text: text.isprintable())


@given(keys, secrets, purposes)
def test_a_signed_text_is_verified_by_every_list_that_has_the_key(
    keys: list[str], secret: str, purpose: Purpose
) -> None:
    signed = Signing(keys[:1]).signed(secret, purpose=purpose)
    assert Signing([*keys[1:], keys[0]]).verified(signed, purpose=purpose) == secret


@given(keys, secrets, purposes, purposes)
def test_a_text_signed_for_one_purpose_is_valid_for_no_other(
    keys: list[str], secret: str, purpose: Purpose, other: Purpose
) -> None:
    signing = Signing(keys)
    signed, seal = signing.signed(secret, purpose=purpose), signing.seal(secret, purpose=purpose)
    is_same = purpose == other
    assert (signing.verified(signed, purpose=other) == secret) is is_same
    assert signing.is_sealed(secret, seal, purpose=other) is is_same


@given(keys, st.text(max_size=80), purposes)
def test_no_text_from_a_browser_causes_an_error(
    keys: list[str], sent: str, purpose: Purpose
) -> None:
    signing = Signing(keys)
    assert signing.verified(sent, purpose=purpose) is None
    assert signing.is_sealed("secret", sent, purpose=purpose) is False
