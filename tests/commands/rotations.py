"""An installation with erased people, on which an operator rotates TOMBSTONE_KEY."""

import re
from dataclasses import replace

from integration.privacy.digests import Digests
from tests.commands.program import Answer, Program, rows
from tests.faults.story import BAD, FIRST_BATCH, GOOD, events_of, meeting
from tests.pipeline.installation import Installation

PERSON, NAME = "dana@client-one.com", "Dana Client"
OTHER, OTHER_NAME = "erik@client-one.com", "Erik Client"
NUMBER = "+1 212 555 0199"
ROTATE = ("rotate-key", "tombstone")
WAITING = "select count(*) from ingress.deliveries where disposition = 'waiting'"
RECORDED = "select key_id from integration.keys where purpose = 'tombstone' and retired_at is null"


def erase(program: Program, email: str, organization: str = GOOD) -> None:
    answer = program("erase", "--email", email, "--organization", organization)
    assert answer.code == 0, answer.text[-1500:]


def with_keys(program: Program, keys: str) -> Program:
    return replace(program, settings={**program.settings, "TOMBSTONE_KEY": keys})


def take(program: Program, *options: str) -> Answer:
    answer = program(*ROTATE, *options)
    assert (answer.code, answer.err) == (0, ""), answer.text[-1500:]
    return answer


def first_step(program: Program, *options: str) -> Program:
    """The program as an operator sets it then."""
    answer = take(program, *options)
    assert answer.out.startswith("Step 1 of 2: a new key was added")
    found = re.search(r"^TOMBSTONE_KEY=(\S+)$", answer.out, re.MULTILINE)
    assert found
    assert found[1].endswith(f",{program.settings['TOMBSTONE_KEY']}")
    return with_keys(program, found[1])


def second_step(program: Program) -> str:
    answer = take(program)
    assert "Step 2 of 2: the database uses the new key. Changed: " in answer.out
    return answer.out


def meet_again(installation: Installation, number: int) -> None:
    installation.deliver(*events_of(meeting(GOOD, number), GOOD), at=FIRST_BATCH)


def batch(program: Program) -> None:
    answer = program("batch")
    assert answer.code == 0, answer.text[-1500:]


def digests_of_person(installation: Installation, keys: str) -> list[str]:
    """What is made of the erased person with these keys."""
    found = []
    for organization in (GOOD, BAD):
        digests = Digests(tuple(keys.split(",")), organization)
        person = digests.of("person_key", PERSON)
        found += [person, digests.of("name", NAME.lower())]
        sessions = installation.execute(
            "select distinct session_id from zoom_raw.events where organization_id = %s",
            [organization],
        )
        found += [digests.pseudonym(person, session_id=session) for (session,) in sessions]
    return found


def assert_derived_as_a_rebuild_would(program: Program) -> None:
    checked = program("rebuild", "--check")
    assert checked.code == 0, checked.text[-1000:]
    derived = [line for line in checked.out.splitlines() if ": " in line]
    assert {line.partition(": ")[2] for line in derived} == {"no differences"}


def in_organization(url: str, *texts: str) -> int:
    """In how many events of the organization one of the texts is."""
    ((found,),) = rows(
        url,
        "select count(*) from zoom_raw.events, unnest(%s::text[]) as wanted (text) "
        "where organization_id = %s and strpos(lower(fields::text), lower(text)) > 0",
        list(texts), GOOD,
    )  # fmt: skip
    return found


def tombstones(url: str) -> list[tuple[str, ...]]:
    return rows(
        url, "select organization_id, kind, digest, person from integration.tombstones order by 3"
    )
