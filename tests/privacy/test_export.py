"""An export has everything about the person, and nobody else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.identity.ids import person_id
from simulator.world import World
from tests.commands.program import Program, program_with
from tests.pipeline.installation import Installation, new_installation
from tests.privacy.erased_people import ANN, KEY, LEO
from tests.privacy.erasure_story import prepare

VERA_NUMBER = "2125550199"
VERA_TEXTS = ("valdez", VERA_NUMBER, "555-0199", KEY)
LEO_TEXTS = (LEO.email, LEO.name.lower(), LEO.zoom_user_id.lower())
ANN_TEXTS = (ANN.email, "ann ash", "zu-ann", '"ann"')


@pytest.fixture(scope="module")
def installed(
    server_url: str, home: Path, zoom_url: tuple[World, str]
) -> Iterator[tuple[Installation, Program]]:
    world, zoom = zoom_url
    with (
        new_installation(server_url, home=home, zoom=zoom) as installation,
        program_with(DATABASE_URL=installation.url) as program,
    ):
        prepare(installation, world)
        installation.execute(
            "insert into integration.access_log (organization_id, actor, act, about_user_id) "
            "values ('firm', 'ann', 'day', %s)",
            [LEO.email],
        )
        yield installation, program


def exported(program: Program, email: str, organization: str = "firm") -> dict[str, Any]:
    answer = program("export", "--email", email, "--organization", organization)
    assert (answer.code, answer.err) == (0, "")
    found: dict[str, Any] = json.loads(answer.out)
    return found


def without_topics(document: dict[str, Any]) -> str:
    """The document as text, without the topics of the person's own sessions."""
    return json.dumps(document).lower().replace("catch-up with vera valdez", "")


def test_a_guests_export_has_their_calls_and_meetings_and_nobody_else(
    installed: tuple[Installation, Program],
) -> None:
    _, program = installed
    document = exported(program, "v.e.r.a.Valdez+any@googlemail.com")
    tables = document["tables"]
    assert document["email"] == KEY
    assert document["not_included"] == []
    assert tables.keys() >= {
        "clientsights.people", "clientsights.relationships", "clientsights.interactions",
        "clientsights_raw.email_addresses", "integration.exclusions", "timeline.participants",
        "zoom_raw.events",
    }  # fmt: skip
    assert {one["user_id"]["role"] for one in tables["clientsights.relationships"]} == {"member"}
    fields = [one["fields"] for one in tables["zoom_raw.events"]]
    assert VERA_NUMBER in json.dumps(fields)
    assert "Vera Valdez" in {one.get("display_name") for one in fields}
    text = without_topics(document)
    assert [one for one in (*ANN_TEXTS, *LEO_TEXTS, "elsewhere", "other") if one in text] == [
        "other"  # in the sentence about other people
    ]


def test_a_colleagues_export_names_others_by_role_and_company(
    installed: tuple[Installation, Program],
) -> None:
    _, program = installed
    document = exported(program, LEO.email)
    tables = document["tables"]
    assert tables.keys() >= {
        "worksights.users", "integration.mapping_changes", "integration.notices_seen",
        "integration.access_log", "integration.audit_trail", "zoom_raw.users", "zoom_raw.events",
        "timeline.participants", "timeline.activities", "timeline.sessions",
        "operations.outcomes",
    }  # fmt: skip
    own, report = sorted(tables["worksights.users"], key=lambda row: row["email"] != LEO.email)
    assert (own["email"], report["full_name"]) == (LEO.email, "another person")
    assert tables["integration.access_log"][0]["actor"] == {"role": "member"}
    text = without_topics(document)
    assert [one for one in (*ANN_TEXTS, *VERA_TEXTS) if one in text] == []


def test_the_other_side_of_a_call_is_not_in_the_callers_export(
    installed: tuple[Installation, Program],
) -> None:
    installation, program = installed
    assert installation.value(
        "select count(*) from timeline.activities where user_id = 'ann' and caller_id is not null"
    )
    document = exported(program, ANN.email)
    calls = [one for one in document["tables"]["timeline.activities"] if one["feature"] == "phone"]
    assert {(one["title"], one["caller_id"]) for one in calls} == {
        ("Outbound call", "another person")
    }
    text = without_topics(document)
    assert [one for one in (*VERA_TEXTS, *LEO_TEXTS) if one in text] == []


def test_an_export_is_the_same_again_and_other_organizations_are_not_in_it(
    installed: tuple[Installation, Program],
) -> None:
    _, program = installed
    first, second = exported(program, KEY), exported(program, KEY)
    for document in (first, second):
        document["tables"].pop("integration.access_log", None)
    assert first == second
    assert "other" not in {
        row.get("organization_id") for rows in first["tables"].values() for row in rows
    }
    assert exported(program, KEY, "other")["organization_id"] == "other"


def test_an_export_is_recorded_and_needs_no_key(
    installed: tuple[Installation, Program],
) -> None:
    installation, program = installed
    installation.execute("delete from integration.access_log")
    exported(program, LEO.email)
    exported(program, KEY)
    recorded = installation.execute(
        "select split_part(actor, ':', 1), act, about_user_id, about_person_id "
        "from integration.access_log order by access_id"
    )
    assert recorded == [
        ("command", "export", LEO.email, None),
        ("command", "export", None, person_id("firm", KEY)),
    ]
    assert installation.value("select count(*) from integration.tombstones") == 0
    assert installation.execute(
        "select kind, subject from integration.audit_trail order by entry_id desc limit 2"
    ) == [("data_exported", person_id("firm", KEY)), ("data_exported", LEO.email)]
