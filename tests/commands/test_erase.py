"""`erase`: what it requires, what it reports, and what it leaves behind."""

import pytest

from simulator.company import DEFAULT_ACCOUNT_ID, build_company
from tests.commands.program import Program, directory_file, execute, rows
from tests.commands.tables import tables_with

KEY = {"TOMBSTONE_KEY": "tombstone-key-of-the-tests-0123456789"}
OWNER = "marcus.lindgren@acme-works.com"
EXACTLY_ONE = (
    "Specify exactly one of --email, --phone, --participant, --zoom-account and --certificate, or "
    "--organization alone."
)
ADDRESS = "Vera.Valdez+news@gmail.com"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], EXACTLY_ONE),
        (["--email", ADDRESS, "--zoom-account", "x"], EXACTLY_ONE),
        (["--phone", "+12125550199", "--participant", "x"], EXACTLY_ONE),
        (["--certificate", "1", "--phone", "+12125550199"], EXACTLY_ONE),
        (["--phone", "ext. 12-34"], "This is not a phone number of at least 7 digits."),
        (
            ["--phone", "+1 (212) 555-0199"],
            "No organization has data about this person. Nothing was erased. To keep their data "
            "from being stored later, name the organization with --organization.",
        ),
        (["--participant", "x"], "There is no participant 'x' in any session. Nothing was erased."),
        (["--certificate", "7"], "There is no certificate 7."),
        (["--email", "ann at acme"], "This is not an email address. Nothing was erased."),
        (
            ["--email", ADDRESS],
            "No organization has data about this person. Nothing was erased. To keep their data "
            "from being stored later, name the organization with --organization.",
        ),
        (["--email", "both@acme.example"], "Specify one with --organization: acme, other. Nothing"),
        (["--email", ADDRESS, "--organization", "x"], "Organization 'x' does not exist."),
        (["--email", "ANN@acme.example"], "Deactivate the user first. Nothing was erased."),
    ],
)
def test_an_erasure_that_is_not_possible_is_refused_with_the_next_step(
    arguments: list[str], said: str, acme_and_other: Program
) -> None:
    answer = acme_and_other("erase", *arguments, **KEY)
    assert answer.is_a_plain_refusal
    assert said in answer.err
    assert (
        rows(acme_and_other.settings["DATABASE_URL"], "select * from integration.tombstones") == []
    )


@pytest.mark.parametrize(("key", "said"), [(None, "is not set"), ("short", "at least 32")])
def test_the_tombstone_key_is_required_first(
    key: str | None, said: str, acme_and_other: Program
) -> None:
    answer = acme_and_other(
        "erase", "--email", ADDRESS, "--organization", "acme", TOMBSTONE_KEY=key
    )
    assert answer.is_a_plain_refusal
    assert "TOMBSTONE_KEY" in answer.err
    assert said in answer.err


def test_an_unknown_person_leaves_a_tombstone_and_stays_unknown(acme_and_other: Program) -> None:
    """No later command works without the key, and none works with another one."""
    url = acme_and_other.settings["DATABASE_URL"]
    answer = acme_and_other("erase", "--email", ADDRESS, "--organization", "acme", **KEY)
    assert (answer.code, answer.err) == (0, "")
    assert "No data found." in answer.out
    assert "found nothing about the person." in answer.out
    assert rows(url, "select organization_id, kind from integration.tombstones") == [
        ("acme", "person_key")
    ]
    assert rows(url, "select organization_id, removed from integration.erasures") == [("acme", {})]

    file = acme_and_other.home / "directory.csv"
    file.write_text(
        "email,full_name,role,time_zone\n"
        "veravaldez@googlemail.com,Vera,member,UTC\nnew@acme.example,New,member,UTC\n"
    )
    imported = acme_and_other("import-users", str(file), "--organization", "acme", **KEY)
    assert imported.out.splitlines() == [
        "acme: 1 user added, 0 updated.",
        "1 skipped because they were erased.",
    ]
    without_key = acme_and_other("import-users", str(file), "--organization", "acme")
    other_key = acme_and_other(
        "import-users", str(file), "--organization", "acme", TOMBSTONE_KEY="another-key" * 4
    )
    assert (without_key.is_a_plain_refusal, other_key.is_a_plain_refusal) == (True, True)
    assert "TOMBSTONE_KEY is not set" in without_key.err
    assert "TOMBSTONE_KEY differs from the key used for earlier erasures" in other_key.err


def test_an_account_that_was_never_connected_is_reported_as_unknown(
    acme_and_other: Program,
) -> None:
    answer = acme_and_other("erase", "--zoom-account", "never-connected", **KEY)
    assert answer.code == 0
    assert "No connection or data found for this Zoom account." in answer.out


def test_a_person_is_erased_from_the_whole_installation_including_its_runs(
    program_with_tables: Program, zoom_url: str
) -> None:
    """A former colleague is still in Zoom's list: no table of any schema names them any more."""
    program = program_with_tables
    url = program.settings["DATABASE_URL"]
    zoom = {"ZOOM_OAUTH_URL": zoom_url, "ZOOM_API_URL": zoom_url}
    company = build_company()
    file = directory_file(program.home, company)
    assert program("import-users", str(file), "--organization", "acme").code == 0
    connected = program(
        "connect", "--organization", "acme", "--zoom-account", DEFAULT_ACCOUNT_ID, "--owner",
        OWNER, "--server-to-server", **zoom,
    )  # fmt: skip
    assert connected.code == 0, connected.err
    assert program("batch", **zoom, **KEY).code == 0
    gone = next(user for user in company.users if user.id and user.email != OWNER)
    execute(
        url,
        "update worksights.users set deactivated_at = now() - interval '1 day' "
        "where email = %(email)s",
        {"email": gone.email},
    )
    assert tables_with(url, gone.email) != []

    erased = program("erase", "--email", gone.email.upper(), **KEY)
    assert (erased.code, erased.err) == (0, ""), erased.text
    batch = program("batch", **zoom, **KEY)
    assert batch.code == 0, batch.err
    assert tables_with(url, gone.email, gone.full_name, gone.id) == []
    without_key = program("batch", **zoom)
    assert without_key.code != 0
