"""What is never stored is gone from the past, and does not arrive, in any order of events."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from simulator.world import World
from tests.pipeline.events import Body, Person, call_ended, user_event
from tests.pipeline.installation import Installation, new_installation
from tests.privacy.early_and_late import account_of, connect, firms_of, play
from tests.privacy.eve import changed
from tests.privacy.never_stored import (
    ANN,
    BOB,
    DOC,
    END,
    GUEST,
    START,
    UNA,
    UNA_BY_LEG,
    USERS,
    UWE,
    exclude,
    session,
    shown,
    stored,
    with_number,
)

EXCLUDED = {
    "union": ("email_or_domain", "union.example"),
    "doctor": ("email_or_domain", "Doc <DOC@praxis.example>"),
    "number": ("phone_number", "+1 212 555 0199"),
    "zoom_user": ("zoom_user", "zu-bob"),
    "meeting": ("meeting_number", "999 1234 5678"),
    "colleague": ("email_or_domain", "bob@firm.example"),
}
# Each excludes one of these, before anything arrives or after everything has.
FIRMS = firms_of(EXCLUDED)


def everything(firm: str) -> list[Body]:
    council = session(firm, "council", "Dismissal of X")
    on_her_leg = changed(council.left(UNA_BY_LEG, END, leg="77"), participant_uuid="OF-UNA")
    counselling = session(firm, "counselling", "Counselling", host="zu-bob")
    return [
        user_event("created", account_of(firm), START, zoom_user_id="zu-una", email=UNA.email),
        *council.whole([ANN, UWE, GUEST]),
        changed(council.joined(UNA, START, leg="77"), participant_uuid="OF-UNA"),
        on_her_leg,
        *session(firm, "visit", "Check-up").whole([ANN, DOC]),
        *session(firm, "una-again", "Weekly").whole([ANN, Person("U. U.", "zu-una")]),
        *session(firm, "plain", "Plans").whole([ANN, GUEST]),
        *with_number(counselling.whole([BOB, ANN]), "99912345678"),
        call_ended("caller", account_of(firm), START, call_id="call-1"),
    ]


@pytest.fixture(scope="module")
def played(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """Everything has arrived at all firms, and what they exclude has been applied and proved."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        for firm in FIRMS:
            connect(installation, firm, USERS, at=START)
        play(
            installation,
            FIRMS,
            change=lambda firm, what: exclude(installation, firm, *EXCLUDED[what]),
            everything=everything,
            batches=4,
            start=END + timedelta(hours=2),
        )
        yield installation


@pytest.mark.parametrize(
    ("what", "gone", "kept"),
    [
        (
            "union",
            ["nion", "zu-una", "at home", "U. U.", "Dismissal", "Weekly"],
            ["Gus", "Check-up", "Doc Daly", "Counselling"],
        ),
        (
            "doctor",
            ["Doc Daly", "doc@praxis", "Check-up"],
            ["Dismissal", "Weekly", "Una Union"],
        ),
        ("number", ["2125550199"], ["2125550101", "Check-up"]),
        ("zoom_user", ["Bob Bay", "Counselling"], ["Dismissal", "Check-up"]),
        ("meeting", ["Bob Bay", "Counselling"], ["Dismissal", "Check-up"]),
        ("colleague", ["Bob Bay", "bob@firm", "Counselling"], ["Dismissal", "Ann Ash"]),
    ],
)
def test_what_is_never_stored_is_gone_whether_it_arrives_before_or_after_the_exclusion(
    what: str, gone: Sequence[str], kept: Sequence[str], played: Installation
) -> None:
    early, late = f"early-{what}", f"late-{what}"
    for firm in (early, late):
        there = stored(played, firm) + str(shown(played, firm))
        assert [each for each in gone if each in there] == []
        assert [each for each in kept if each not in there] == []
    assert shown(played, early) == shown(played, late)


def test_a_rebuild_changes_nothing_of_it(played: Installation) -> None:
    lines = played.rebuild(check=True)
    assert [line for line in lines if " only in the live table, " in line] == []


def test_people_who_are_never_stored_stay_apart_and_the_sums_hold(played: Installation) -> None:
    """Una and Uwe in one session, Una in another."""
    nameless = [
        line for line in shown(played, "late-union") if line.endswith("no_identity|external|3600")
    ]
    assert len(nameless) == 3


def test_the_next_batch_proves_it(played: Installation) -> None:
    proofs = played.value(
        "select array_agg(distinct concat_ws(' ', columns_searched > 30, values_left)) "
        "from pipeline.applied_exclusions where kind in ('email_or_domain', 'phone_number')"
    )
    others = played.value(
        "select array_agg(distinct values_left) from pipeline.applied_exclusions "
        "where kind in ('zoom_user', 'meeting_number')"
    )
    assert (proofs, others) == (["t 0"], [0])


def test_an_excluded_colleague_stays_a_user(played: Installation) -> None:
    """An exclusion keeps sessions out, not the directory of the host product."""
    users = "select count(*) from worksights.users where email = 'bob@firm.example'"
    assert played.value(users) == len(FIRMS)
