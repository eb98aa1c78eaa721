"""The people and companies that an organization meets: how events, rules and settings change them,
and that a batch touches nothing else.

Many firms share one database and have the same week. Between the same two batches, one thing
changes in each of them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.world import World
from tests.pipeline.clients_week import Story, companies, people, relationships, run_story
from tests.pipeline.installation import new_installation
from tests.pipeline.tables import written


@pytest.fixture(scope="module")
def story(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Story]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        yield run_story(installation)


USUAL_PEOPLE = {
    "cleo@client-one.com": ("Cleo Client", "zoom", "human", "client-one.com", 1),
    "dan@client-one.com": ("Dan Dunn", "zoom", "human", "client-one.com", 2),
    "eve@client-two.com": ("Eve", "zoom", "human", "client-two.com", 2),
    "support@client-two.com": ("Help", "zoom", "role", "client-two.com", 1),
    "gus@gmail.com": ("Gus", "zoom", "human", None, 1),
    "fred@fireflies.ai": ("Notes", "zoom", "bot", None, 1),
}
USUAL_COMPANIES = {
    "client-one.com": ("Client One", "guess", 2, 2),
    "client-two.com": ("Client Two", "guess", 1, 2),
}
USUAL_RELATIONSHIPS = {
    ("ann", "cleo@client-one.com"): (1, 3600),
    ("ann", "dan@client-one.com"): (2, 5400),
    ("ann", "eve@client-two.com"): (1, 1800),
    ("ann", "support@client-two.com"): (1, 1800),
    ("ann", "gus@gmail.com"): (1, 3600),
    ("ben", "cleo@client-one.com"): (1, 3600),
    ("ben", "dan@client-one.com"): (1, 3600),
    ("ben", "gus@gmail.com"): (1, 3600),
}


def without(usual: dict[Any, Any], *words: str) -> dict[Any, Any]:
    return {key: value for key, value in usual.items() if not any(w in str(key) for w in words)}


def test_everyone_from_outside_is_a_person_and_every_business_domain_a_company(
    story: Story,
) -> None:
    assert people(story.first, "nothing") == USUAL_PEOPLE
    assert companies(story.first, "nothing") == USUAL_COMPANIES
    assert relationships(story.first, "nothing") == USUAL_RELATIONSHIPS


def test_a_batch_without_new_data_leaves_every_row_untouched(story: Story) -> None:
    assert written(story.first, story.quiet) == set()


def test_a_change_in_another_firm_touches_nothing(story: Story) -> None:
    assert story.written("nothing") == set()


def test_merged_companies_are_one_and_a_session_with_both_counts_once(story: Story) -> None:
    assert companies(story.changed, "companies_merged") == {
        "client-one.com": ("Client One", "guess", 3, 3)
    }
    assert relationships(story.changed, "companies_merged") == USUAL_RELATIONSHIPS
    sums = {
        (row.columns["session_count"], row.columns["shared_seconds"])
        for key, row in story.changed.items()
        if key[:3]
        == (
            "intermediate.int_company_relationships",
            "companies_merged",
            "companies_merged-ann",
        )
    }
    assert sums == {(2, 5400)}


def test_a_named_company_changes_its_name_and_nothing_else(story: Story) -> None:
    expected = USUAL_COMPANIES | {"client-one.com": ("The One", "override", 2, 2)}
    assert companies(story.changed, "company_named") == expected
    assert {key[0] for key in story.written("company_named")} == {"clientsights.companies"}


def test_not_a_company_keeps_its_people(story: Story) -> None:
    assert companies(story.changed, "not_a_company") == without(USUAL_COMPANIES, "client-one")
    assert people(story.changed, "not_a_company").keys() == USUAL_PEOPLE.keys()
    assert people(story.changed, "not_a_company")["cleo@client-one.com"][3] is None
    assert relationships(story.changed, "not_a_company") == USUAL_RELATIONSHIPS


@pytest.mark.parametrize(
    ("firm", "removed"),
    [
        ("own_domain", ["client-two"]),
        ("domain_excluded", ["client-one"]),
        ("spelling_excluded", ["gus@"]),
    ],
)
def test_colleagues_and_excluded_addresses_are_not_people(
    story: Story, firm: str, removed: list[str]
) -> None:
    assert people(story.changed, firm) == without(USUAL_PEOPLE, *removed)
    assert companies(story.changed, firm) == without(USUAL_COMPANIES, *removed)
    assert relationships(story.changed, firm) == without(USUAL_RELATIONSHIPS, *removed)


def test_removing_an_exclusion_restores_its_people(story: Story) -> None:
    assert people(story.quiet, "excluded_before") == without(USUAL_PEOPLE, "client-one")
    assert people(story.changed, "excluded_before") == USUAL_PEOPLE
    assert relationships(story.changed, "excluded_before") == USUAL_RELATIONSHIPS


def test_a_person_who_becomes_a_user_is_a_colleague_with_the_whole_domain(story: Story) -> None:
    """The domain of a user's email is the organization's own."""
    firm = "becomes_a_user"
    assert people(story.changed, firm) == without(USUAL_PEOPLE, "client-two")
    assert companies(story.changed, firm) == without(USUAL_COMPANIES, "client-two")
    assert relationships(story.changed, firm) == without(USUAL_RELATIONSHIPS, "client-two")


def test_free_mail_has_companies_if_its_flag_is_off(story: Story) -> None:
    expected = USUAL_COMPANIES | {"gmail.com": ("Gmail", "guess", 1, 1)}
    assert companies(story.changed, "free_mail_has_companies") == expected


def test_a_user_without_entries_has_no_relationships_but_the_people_were_met(story: Story) -> None:
    firm = "user_unsubscribed"
    assert people(story.changed, firm) == USUAL_PEOPLE
    assert relationships(story.changed, firm) == without(USUAL_RELATIONSHIPS, "ann")


def test_a_feature_that_is_off_for_the_organization_adds_no_one(story: Story) -> None:
    firm = "feature_off"
    assert people(story.changed, firm) == companies(story.changed, firm) == {}
    assert relationships(story.changed, firm) == {}


def test_a_person_who_is_corrected_out_of_a_session_has_one_session_fewer(story: Story) -> None:
    firm = "taken_out_of_a_session"
    expected = USUAL_PEOPLE | {
        "eve@client-two.com": ("Eve", "zoom", "human", "client-two.com", 1),
    }
    assert people(story.changed, firm) == expected
    assert relationships(story.changed, firm) == without(USUAL_RELATIONSHIPS, "eve@") | {
        ("ben", "dan@client-one.com"): (2, 5400),
        ("ben", "support@client-two.com"): (1, 1800),
    }


def test_an_unreadable_setting_changes_nothing(story: Story) -> None:
    firm = "unreadable_settings"
    assert people(story.changed, firm) == USUAL_PEOPLE
    assert companies(story.changed, firm) == USUAL_COMPANIES


def test_addresses_that_moved_are_reported(story: Story) -> None:
    moved = story.installation.execute(
        "select address, kind_before, kind_after, company_key_before, company_key_after "
        "from clientsights_raw.email_address_moves "
        "where organization_id = 'own_domain' order by address"
    )
    assert moved == [
        ("eve@client-two.com", "human", "internal", "client-two.com", None),
        ("support@client-two.com", "role", "internal", "client-two.com", None),
    ]


@pytest.mark.parametrize("firm", ["companies_merged", "company_named", "not_a_company"])
def test_a_removed_override_leaves_no_trace(story: Story, firm: str) -> None:
    assert people(story.last, firm) == USUAL_PEOPLE
    assert companies(story.last, firm) == USUAL_COMPANIES


def test_a_rebuild_finds_nothing_to_change_and_touches_nothing(story: Story) -> None:
    assert story.said[-1] == "No rows changed."
    assert written(story.last, story.rebuilt) == set()
