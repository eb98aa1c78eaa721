"""The lists of the people that an event names contain every field that landing keeps."""

import re

import pytest

from integration.settings import PROJECT
from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.parties import (
    ALL_PARTIES,
    HOST,
    NAMES_NO_ONE,
    TOPIC,
    fields_of,
    parties_of,
)
from tests.zoom.every_field import ADDRESS, all_kept_fields, events

LEFT_BY_ERASURE = {"erased_callee", "caller_affiliation", "callee_affiliation"}
LEFT_BY_SETTINGS = {*fields_of("phone_digest")}
NAME_A_PERSON = {field for party in ALL_PARTIES for field in party.values()}


def test_the_lists_have_every_kept_field_once_and_no_others() -> None:
    kept = {field for field, _ in all_kept_fields()}
    assert kept | LEFT_BY_ERASURE | LEFT_BY_SETTINGS == NAME_A_PERSON | NAMES_NO_ONE | {TOPIC}
    assert not NAME_A_PERSON & NAMES_NO_ONE


def test_every_field_with_an_email_is_listed_as_an_email() -> None:
    assert {field for field, text in all_kept_fields() if text == ADDRESS} == {*fields_of("email")}


def test_every_field_with_a_name_is_listed_as_a_name() -> None:
    listed = fields_of("name", "first_name", "last_name")
    assert {field for field, text in all_kept_fields() if text.endswith("name")} == {*listed}


def test_no_other_module_writes_these_fields_out() -> None:
    written = re.compile(r"""fields(?: ->> | \? |\.get\(|\[)["'](\w+)["']""")
    found = {
        (path.name, field)
        for path in (PROJECT / "integration").rglob("*.py")
        if not {"zoom", "migrations"} & {*path.parts}
        for field in NAME_A_PERSON & {*written.findall(path.read_text())}
    }
    assert found == set()


@pytest.mark.parametrize("name", sorted(name for name in KEPT_EVENTS if "user." not in name))
def test_an_event_without_its_parties_names_no_one_but_the_host(name: str) -> None:
    for event in events(name):
        of_parties = {field for party in parties_of(name, event.fields) for field in party.fields}
        left = event.fields.keys() - of_parties - NAMES_NO_ONE
        assert left <= {TOPIC, *HOST.values()}
