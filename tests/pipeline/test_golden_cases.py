"""The worked cases of people, companies and relationships, run through the whole job and read from
the marts.

The files are next to the checkout. Without them, these tests are skipped.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.identity.cleaning import cleaned_email
from integration.settings import PROJECT
from tests.pipeline.events import Body, Person, Session, event, iso
from tests.pipeline.installation import Installation, new_installation

GOLDEN = PROJECT.parent / "shared" / "golden"
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
BATCH = NOW + timedelta(days=3)
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
DORA = Person("Dora", "zu-dora", "dora@home.example")
# For a meeting without another human, in which the user takes part as a machine.
MACHINE = Person("Dora's notes", "zu-machine", "notetaker@otter.ai")
ANN = Person("Ann", email="ann@globex.com")


def cases(file: str) -> list[dict[str, str]]:
    path = GOLDEN / file
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


ADDRESSES, STRENGTHS = cases("email_identity.csv"), cases("next/strength.csv")
COMPANIES = cases("next/company_strength.csv")


@pytest.fixture(scope="module")
def installed(server_url: str, home: Path, zoom_url: tuple[Any, str]) -> Iterator[Installation]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        for number, row in enumerate(ADDRESSES):
            deliver_address(installation, f"address-{number}", row)
        for row in STRENGTHS:
            deliver_sessions(installation, row["case"].split()[0], row)
        for row in COMPANIES:
            deliver_sessions(installation, row["case"].split()[0], row)
        installation.batch(now=BATCH)
        yield installation


def words(text: str) -> list[str]:
    return [word for word in text.split(";") if word]


def deliver_address(installation: Installation, name: str, row: dict[str, str]) -> None:
    """An organization with the settings of the case, and a meeting with that address."""
    users = {f"{name}-{n}": email for n, email in enumerate(words(row["organization_users"]))}
    installation.organization(name, account=f"account-of-{name}", users=users)
    for domain in words(row["own_domains"]):
        installation.execute(
            "insert into integration.own_domains (organization_id, domain) values (%s, %s)",
            [name, domain],
        )
    for override in words(row["overrides"]):
        domain, _, company = override.partition("=")
        installation.execute(
            "insert into integration.domain_overrides (organization_id, domain, company_domain) "
            "values (%s, %s, %s)",
            [name, domain, company or None],
        )
    start = NOW - timedelta(hours=1)
    session = Session(f"account-of-{name}", f"uuid-{name}", "zu-host", start, NOW)
    installation.deliver(*session.whole([Person(f"guest of {name}", email=row["email"])]), at=NOW)


def deliver_sessions(installation: Installation, name: str, row: dict[str, str]) -> None:
    """Dora's organization, and all her sessions with Ann, or with people of one company."""
    account = f"account-of-{name}"
    installation.organization(
        name, account=account, users={f"{name}-dora": DORA.email}, connected_at=LONG_AGO
    )
    installation.execute(
        "update worksights.users set created_at = %s where organization_id = %s", [LONG_AGO, name]
    )
    for person in (DORA, MACHINE):
        installation.execute(
            "insert into integration.mapping_changes "
            "(zoom_account_id, zoom_user_id, user_id, effective_from) values (%s, %s, %s, %s)",
            [account, person.zoom_user_id, f"{name}-dora", LONG_AGO],
        )
    for number, session in enumerate(json.loads(row["sessions_json"])):
        uuid = f"uuid-{name}-{number}"
        if "people" in session:
            bodies = meeting_of_several(account, uuid, session)
        elif session["feature"] == "phone":
            bodies = call(account, uuid, session)
        else:
            bodies = meeting(account, uuid, session)
        installation.deliver(*bodies, at=NOW)


def meeting(account: str, uuid: str, case: dict[str, Any]) -> list[Body]:
    met_at = datetime.fromisoformat(case["met_at"]).astimezone(UTC)
    end = met_at + timedelta(seconds=case["shared_seconds"])
    host = {"host": DORA.zoom_user_id}.get(case["role_user"], "zu-somebody")
    dora = MACHINE if case["people_in_session"] == 1 else DORA
    webinar = case["feature"] == "webinars"
    session = Session(
        account,
        uuid,
        "zu-ann" if case["role_person"] == "host" else host,
        met_at - timedelta(minutes=5),
        end + timedelta(minutes=5),
        kind="webinar" if webinar else "meeting",
        type=5 if webinar else 2,
    )
    ann = Person(ANN.name, "zu-ann" if case["role_person"] == "host" else "", ANN.email)
    bodies = [session.started(), session.ended()]
    # Dora joins five minutes early; Ann stays five minutes longer.
    bodies += [session.joined(dora, session.started_at, leg="1"), session.left(dora, end, leg="1")]
    bodies += [session.joined(ann, met_at, leg="2"), session.left(ann, session.ended_at, leg="2")]
    for leg in range(3, case["people_in_session"] + 1):
        bodies.append(session.joined(Person("somebody"), met_at, leg=str(leg)))
    return bodies


def meeting_of_several(account: str, uuid: str, case: dict[str, Any]) -> list[Body]:
    """Dora stays until the last of them has left. All cases have one kind and one size."""
    met_at = datetime.fromisoformat(case["met_at"]).astimezone(UTC)
    people = case["people"]
    hosts = [n for n, one in enumerate(people) if one["role_person"] == "host"]
    of_dora = DORA.zoom_user_id if people[0]["role_user"] == "host" else "zu-somebody"
    webinar = people[0]["feature"] == "webinars"
    stays = [met_at + timedelta(seconds=one["shared_seconds"]) for one in people]
    session = Session(
        account,
        uuid,
        f"zu-{hosts[0]}" if hosts else of_dora,
        met_at,
        max(stays),
        kind="webinar" if webinar else "meeting",
        type=5 if webinar else 2,
    )
    bodies = [session.started(), session.ended()]
    bodies += [session.joined(DORA, met_at, leg="dora"), session.left(DORA, max(stays), leg="dora")]
    for number, left_at in enumerate(stays):
        email = f"ann.{number}@globex.com"
        guest = Person("Ann", f"zu-{number}" if number in hosts else "", email)
        bodies += [
            session.joined(guest, met_at, leg=email),
            session.left(guest, left_at, leg=email),
        ]
    for leg in range(len(people) + 1, people[0]["people_in_session"]):
        bodies.append(session.joined(Person("somebody"), met_at, leg=str(leg)))
    return bodies


def call(account: str, call_id: str, case: dict[str, Any]) -> list[Body]:
    met_at = datetime.fromisoformat(case["met_at"]).astimezone(UTC)
    end = iso(met_at + timedelta(seconds=case["shared_seconds"]))
    sides = {"user_id": DORA.zoom_user_id}, {"email": ANN.email, "name": ANN.name}
    caller, callee = sides if case["role_user"] == "caller" else reversed(sides)
    record = {
        "id": f"record-of-{call_id}",
        "call_id": call_id,
        "result": "answered",
        "start_time": iso(met_at),
        "answer_time": iso(met_at),
        "end_time": end,
        **{f"caller_{name}": value for name, value in caller.items()},
        **{f"callee_{name}": value for name, value in callee.items()},
    }
    name = f"phone.{case['role_user']}_call_history_completed"
    return [event(name, account, met_at, {"user_id": DORA.zoom_user_id, "call_logs": [record]})]


@pytest.mark.parametrize("number", range(len(ADDRESSES)), ids=lambda n: ADDRESSES[n]["case"])
def test_an_address_leads_to_its_person_and_company(installed: Installation, number: int) -> None:
    row = ADDRESSES[number]
    expected = tuple(row[name] or None for name in ("person_key", "kind", "company", "reason"))
    in_asset = installed.execute(
        "select person_key, kind, company_key, reason from clientsights_raw.email_addresses "
        "where organization_id = %s",
        [f"address-{number}"],
    )
    in_marts = installed.execute(
        "select people.email, people.kind, companies.domain from clientsights.people "
        "left join clientsights.companies using (organization_id, company_id) "
        "where people.organization_id = %s",
        [f"address-{number}"],
    )
    # Landing already discards a text that is not an address, so there is nothing to classify.
    assert in_asset == ([expected] if cleaned_email(row["email"]) else [])
    assert in_marts == ([expected[:3]] if row["person_key"] else [])


@pytest.mark.parametrize("row", STRENGTHS, ids=lambda row: row["case"])
def test_a_relationship_has_the_strength_of_its_sessions(
    installed: Installation, row: dict[str, str]
) -> None:
    organization = row["case"].split()[0]
    ((summed, strength),) = installed.execute(
        """
        select sum(decayed_minutes), clientsights.strength_at(coalesce(sum(decayed_minutes), 0), %s)
        from clientsights.interactions
        where organization_id = %s and met_at <= %s
        """,
        [row["now"], organization, row["now"]],
    )
    assert float(strength) == float(row["score"])
    assert installed.value("select clientsights.grade_of(%s)", [strength]) == row["grade"]
    kept = installed.execute(
        "select decayed_minutes from clientsights.relationships where organization_id = %s "
        "union all "
        "select decayed_minutes from clientsights.company_relationships where organization_id = %s",
        [organization, organization],
    )
    assert kept == ([] if summed is None else [(pytest.approx(summed, rel=1e-12),)] * 2)


@pytest.mark.parametrize("row", COMPANIES, ids=lambda row: row["case"])
def test_a_relationship_with_a_company_counts_one_person_of_each_session(
    installed: Installation, row: dict[str, str]
) -> None:
    found = installed.execute(
        """
        select clientsights.strength_at(decayed_minutes, %s), session_count
        from clientsights.company_relationships
        where organization_id = %s
        """,
        [row["now"], row["case"].split()[0]],
    )
    sessions = json.loads(row["sessions_json"])
    ((strength, count),) = found or [(0, 0)]
    assert (float(strength), count) == (float(row["score"]), len(sessions))
    assert installed.value("select clientsights.grade_of(%s)", [strength]) == row["grade"]
