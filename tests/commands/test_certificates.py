"""`erase` prints a certificate and prints it again; callers and participants by the program."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from getpass import getuser

import pytest

from tests.commands.program import APP_SETTINGS, Program, program_with, rows
from tests.databases import new_database
from tests.pipeline.installation import Installation, template_with_tables
from tests.privacy.callers import (
    GUEST,
    NUMBER,
    OTHERS_NUMBER,
    calls,
    late_in_meeting,
    meeting,
    participant_named,
)
from tests.privacy.eve import ACCOUNT, ANN, ARRIVAL

KEY = {"TOMBSTONE_KEY": "tombstone-key-of-the-tests-0123456789"}


@pytest.fixture(scope="module")
def firm(server_url: str) -> Iterator[Program]:
    """A connected firm with one call of each caller, and a meeting with guests, whose topic names
    a caller.
    """
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        program_with(**APP_SETTINGS, DATABASE_URL=url) as program,
    ):
        installation = installation_of(program)
        installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
        opening, *rest = meeting()
        opening["payload"]["object"]["topic"] = "With cal CALLER"
        installation.deliver(*calls(), opening, *rest, at=ARRIVAL)
        assert program("batch", **KEY).code == 0
        yield program


def installation_of(program: Program) -> Installation:
    return Installation(program.settings["DATABASE_URL"])


def certificate_in(text: str) -> list[str]:
    """The lines of the certificate, which comes last."""
    lines = text.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("Certificate of erasure "))
    return lines[first:]


def test_a_caller_and_a_participant_are_erased_and_certified(firm: Program) -> None:
    installation = installation_of(firm)
    guest = participant_named(installation, GUEST.name)
    today = datetime.now(UTC).date()
    whom = (("--phone", "+1-212-555-0199"), ("--participant", guest))
    caller, of_guest = [exported(firm, *one) for one in whom]
    others = ("Gil", "Odd Other", "Eve Ely", ANN.email, "zu-ann", OTHERS_NUMBER)
    assert [one for one in others if one in caller] == []
    assert (NUMBER in caller, "12125550199" in caller, "Cal Caller" in caller) == (True, True, True)
    assert json.loads(caller)["tables"].keys() == {
        "timeline.participants", "operations.outcomes", "zoom_raw.events"
    }  # fmt: skip
    assert [one for one in ("0199", "Gus", "Eve Ely", ANN.email) if one in of_guest] == []
    assert (GUEST.name in of_guest, '"Gil"' in of_guest) == (True, True)
    answers = [
        firm("erase", "--phone", "+1-212-555-0199", BACKUP_DAYS="10", **KEY),
        firm("erase", "--participant", guest, "--organization", "firm", **KEY),
    ]
    assert [(each.code, each.err) for each in answers] == [(0, ""), (0, "")]
    awaiting = "  Awaiting a decision: 1 topic with the person's name"
    assert [awaiting in certificate_in(each.out) for each in answers] == [True, False]
    for answer, days in zip(answers, (10, 30), strict=True):
        certificate = certificate_in(answer.out)
        number = certificate[0].split()[-1]
        again = firm("erase", "--certificate", number)
        assert (again.code, again.out.splitlines()) == (0, certificate)
        text = "\n".join(certificate)
        for pattern in (
            r"Organization: firm$",
            r"Erased: one person$",
            rf"Requested at: {today} \d\d:\d\d:\d\d UTC$",
            rf"Requested by: command:{getuser()}$",
            r"    zoom_raw\.events: \d rows$",
            rf"Done: {today} \d\d:\d\d:\d\d UTC$",
            r"Searched: \d{2,} columns$",
            r"Left: 0 values$",
        ):
            assert re.search(pattern, text, re.MULTILINE), pattern
        until = today + timedelta(days=days)
        assert (
            f"deleted by {until}, provided that the operator deletes backups after BACKUP_DAYS."
        ) in text
        assert [one for one in ("0199", "Gil", guest, "Caller") if one in text] == []

    nothing = firm("export", "--phone", NUMBER, "--organization", "firm", **KEY)
    assert (nothing.code, "No data is held about this person." in nothing.err) == (1, True)
    unknown = firm("erase", "--participant", guest, **KEY)  # has another id without a registration
    assert unknown.is_a_plain_refusal
    assert unknown.code == 1
    installation.deliver(*late_in_meeting(), at=ARRIVAL)
    assert firm("batch", **KEY).code == 0
    events = str(installation.execute("select fields from zoom_raw.events"))
    assert [one for one in (NUMBER, "12125550199", "'Gil'", "Gilbert") if one in events] == []
    assert OTHERS_NUMBER in events


def exported(program: Program, *whom: str) -> str:
    answer = program("export", *whom, **KEY)
    assert (answer.code, answer.err) == (0, "")
    return answer.out


def test_an_erasure_of_an_account_is_certified(firm: Program) -> None:
    erased = firm("erase", "--zoom-account", ACCOUNT, **KEY)
    assert (erased.code, erased.err) == (0, "")
    certificate = certificate_in(erased.out)
    assert f"  Erased: Zoom account {ACCOUNT}" in certificate
    assert "  Left: 0 rows" in certificate
    assert [one for one in certificate if re.fullmatch(r"  Searched: \d{2,} tables", one)] != []
    again = firm("erase", "--certificate", certificate[0].split()[-1])
    assert again.out.splitlines() == certificate


def test_an_erasure_before_certificates_is_printed_with_what_is_known(program: Program) -> None:
    url = program.settings["DATABASE_URL"]
    ((number,),) = rows(
        url,
        "insert into integration.erasures (organization_id, removed) "
        """values ('firm', '{"zoom_raw.events": 1}') returning erasure_id""",
    )
    printed = program("erase", "--certificate", str(number))
    assert (printed.code, printed.err) == (0, "")
    assert "  Requested by: not recorded" in printed.out.splitlines()
    assert "    zoom_raw.events: 1 row" in printed.out.splitlines()
    assert "Run the same erasure again to complete and verify it." in printed.out


def test_backup_days_must_be_a_number_before_anything_is_erased(program: Program) -> None:
    answer = program("erase", "--zoom-account", "x", BACKUP_DAYS="a month", **KEY)
    assert answer.is_a_plain_refusal
    assert "BACKUP_DAYS must be a positive whole number, not 'a month'." in answer.err
