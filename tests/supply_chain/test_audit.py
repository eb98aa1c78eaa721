"""`make audit`: a file of advisories in the OSV format against what is installed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from supply_chain.audit import FAILED, FOUND, components, main
from supply_chain.locked import locked

VERSION = locked()["starlette"]
(SERVER,) = {one.version for one in components() if one.version.startswith("16.")}
Check = Callable[..., tuple[int, str]]


def advisory(
    name: str = "starlette",
    *events: dict[str, str],
    ecosystem: str = "PyPI",
    kind: str = "ECOSYSTEM",
    **more: Any,
) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": kind, "events": list(events)}],
    }
    return {
        "id": "GHSA-made-up",
        "modified": "2026-01-01T00:00:00Z",
        "affected": [affected],
        **more,
    }


# About each kind of component, and none of them affected.
UNRELATED = [
    advisory("starlette", {"introduced": "0"}, {"fixed": "0.0.1"}),
    advisory("no-such-crate", {"introduced": "0"}, ecosystem="crates.io", kind="SEMVER"),
    advisory("postgresql", {"introduced": "0"}, {"fixed": "8"}, ecosystem="Bitnami"),
    advisory("openssl", {"introduced": "0"}, {"fixed": "0.9"}, ecosystem="Bitnami"),
]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """The exit code and what is said after the counts, for a file with advisories about each kind
    of component.
    """

    def audited(*advisories: object) -> tuple[int, str]:
        file = tmp_path / "advisories.json"
        file.write_text(json.dumps([*UNRELATED, *advisories]))
        code = main([str(file)])
        said = capsys.readouterr()
        counts, _, rest = said.out.partition("\n")
        assert counts.startswith("Advisories: ")
        return code, rest + said.err

    return audited


NOTHING = (0, "No advisory affects an installed version.\n")


def test_an_advisory_about_the_locked_version_is_printed(check: Check) -> None:
    found = advisory("Starlette", {"introduced": "0"}, {"fixed": "99.1"}, aliases=["CVE-2026-0001"])
    assert check(found) == (
        FOUND,
        f"starlette {VERSION}: GHSA-made-up (CVE-2026-0001), fixed in 99.1\n",
    )


def test_an_advisory_about_another_version_is_not(check: Check) -> None:
    fixed = advisory("starlette", {"introduced": "0"}, {"fixed": VERSION})
    assert check(fixed) == NOTHING


@pytest.mark.parametrize(
    ("events", "is_affected"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": VERSION}], True),
        ([{"introduced": "99"}], False),
        ([{"introduced": "0"}, {"last_affected": VERSION}], True),
        ([{"introduced": "0"}, {"last_affected": "0.9"}], False),
        ([{"introduced": "0"}, {"fixed": "0.9"}, {"introduced": "1.0"}], True),
        ([{"introduced": "1.0"}, {"fixed": "1.0.1"}, {"introduced": "0"}, {"fixed": "0.9"}], False),
        ([{"introduced": "0"}, {"fixed": f"{VERSION}rc1"}], False),
        ([{"introduced": "0"}, {"fixed": f"{VERSION}.post1"}], True),
        ([{"introduced": "not-a-version"}], True),
        ([{"introduced": "0"}, {"fixed": "not-a-version"}], True),
    ],
    ids=str,
)
def test_versions_are_in_the_order_of_pep_440(
    check: Check, events: list[dict[str, str]], is_affected: bool
) -> None:
    assert check(advisory("starlette", *events))[0] == (FOUND if is_affected else 0)


def test_a_version_that_is_listed_is_affected(check: Check) -> None:
    package = {"ecosystem": "PyPI", "name": "starlette"}
    listed = {"id": "PYSEC-1", "affected": [{"package": package, "versions": ["0.1", VERSION]}]}
    assert check(listed) == (FOUND, f"starlette {VERSION}: PYSEC-1, no fixed version known\n")


@pytest.mark.parametrize(
    "other",
    [
        advisory("starlette", {"introduced": "0"}, ecosystem="npm"),
        advisory("no-such-package", {"introduced": "0"}),
        advisory("pytest", {"introduced": "0"}),  # not part of an installation
        advisory("starlette", {"introduced": "0"}, withdrawn="2026-01-02T00:00:00Z"),
    ],
    ids=["another registry", "another package", "only for tests", "withdrawn"],
)
def test_what_is_not_about_an_installation_is_not_printed(
    check: Check, other: dict[str, Any]
) -> None:
    assert check(other) == NOTHING


def test_postgresql_is_checked(check: Check) -> None:
    ranges = [{"introduced": "16.0.0"}, {"fixed": "16.99.0"}]
    found = advisory("postgresql", *ranges, ecosystem="Bitnami", kind="SEMVER")
    code, said = check(found)
    assert (code, f"postgresql {SERVER}: GHSA-made-up, fixed in 16.99.0" in said) == (FOUND, True)
    of_debian = advisory("postgresql", *ranges, ecosystem="Debian:12")
    assert check(of_debian) == NOTHING


def test_postgresql_is_found_by_the_tags_of_its_repository(check: Check) -> None:
    """As in advisories that are made from CVE records."""
    tag = f"REL_{SERVER.replace('.', '_')}"
    ranges = [{"type": "GIT", "repo": "https://github.com/postgres/postgres", "events": []}]
    found = {"id": "CVE-1", "affected": [{"ranges": ranges, "versions": ["REL_16_1", tag]}]}
    assert check(found) == (FOUND, f"postgresql {SERVER}: CVE-1, no fixed version known\n")


REPOSITORIES = {
    "https://github.com/openssl/openssl": True,
    "https://github.com/openssl/openssl.git": True,
    "git://git.openssl.org/openssl.git": True,
    "https://git.openssl.org/?p=openssl.git": True,
    "https://git.postgresql.org/git/postgresql.git": True,
    "https://github.com/ruby/openssl": False,
    "https://github.com/someone/postgresql": False,
}


@pytest.mark.parametrize(("repository", "is_upstream"), REPOSITORIES.items())
def test_an_advisory_that_names_only_commits_of_upstream_affects_every_version(
    check: Check, repository: str, is_upstream: bool
) -> None:
    """It cannot be compared. It counted as an advisory about OpenSSL that affects no version."""
    ranges = [{"type": "GIT", "repo": repository, "events": [{"introduced": "0"}]}]
    only_commits = {"id": "CVE-1", "affected": [{"ranges": ranges}]}
    assert check(only_commits)[0] == (FOUND if is_upstream else 0)


def test_openssl_and_rust_packages_inside_wheels_are_checked(check: Check) -> None:
    openssl = advisory("openssl", {"introduced": "3.0.0"}, {"fixed": "9.0.0"}, ecosystem="Bitnami")
    rust = advisory("pyo3", {"introduced": "0"}, ecosystem="crates.io", kind="SEMVER")
    code, said = check(openssl, rust)
    found = {line.split()[0] for line in said.splitlines()}
    assert (code, found) == (FOUND, {"openssl", "pyo3"})


def test_the_rust_package_openssl_is_not_openssl(check: Check) -> None:
    """Its version was compared with advisories about OpenSSL, and it with none of its own."""
    (version,) = {one.version for one in components() if one[:2] == ("crates.io", "openssl")}
    about = advisory("openssl", {"introduced": "0"}, ecosystem="crates.io", kind="SEMVER")
    found = (FOUND, f"openssl {version}: GHSA-made-up, no fixed version known\n")
    assert check(about) == found
    upstream = advisory("openssl", {"introduced": "0"}, {"fixed": "1.0"}, ecosystem="Bitnami")
    assert check(upstream) == NOTHING


def test_a_folder_and_a_zip_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = advisory("starlette", {"introduced": "0"})
    (tmp_path / "PyPI").mkdir()
    (tmp_path / "PyPI" / "one.json").write_text(json.dumps({**about, "id": "ONE"}))
    (tmp_path / "README").write_text("not an advisory")
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("two.json", json.dumps({**about, "id": "TWO"}))
        archive.writestr("unrelated.json", json.dumps(UNRELATED))
    assert main([str(tmp_path)]) == FOUND
    counts, *said = capsys.readouterr().out.splitlines()
    assert counts.startswith("Advisories: 3 about Python packages, ")
    assert [line.split()[2] for line in said] == ["ONE,", "TWO,"]
    assert main([str(tmp_path / "all.zip")]) == FOUND


def test_advisories_are_counted_by_what_they_are_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ranges = [{"type": "GIT", "repo": "https://github.com/openssl/openssl", "events": []}]
    affected = {"ranges": ranges, "versions": ["openssl-0.9.8"]}
    of_repository = {"id": "CVE-1", "affected": [affected]}
    elsewhere = advisory("starlette", {"introduced": "0"}, ecosystem="npm")
    withdrawn = advisory("starlette", {"introduced": "0"}, withdrawn="2026-01-02T00:00:00Z")
    file = tmp_path / "advisories.json"
    file.write_text(json.dumps([*UNRELATED, of_repository, elsewhere, withdrawn]))
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == (
        "Advisories: 1 about Python packages, 1 about Rust packages, 1 about PostgreSQL, "
        "2 about OpenSSL\n"
        "No advisory affects an installed version.\n"
    )


MISSING = {
    "Python packages": (UNRELATED[1:], "PyPI"),
    "Rust packages": ([UNRELATED[0], *UNRELATED[2:]], "crates.io"),
    "PostgreSQL or OpenSSL": (UNRELATED[:2], "Bitnami and GIT"),
    "Python packages or Rust packages or PostgreSQL or OpenSSL": (
        [advisory("starlette", {"introduced": "0"}, ecosystem="npm")],
        "PyPI and crates.io and Bitnami and GIT",
    ),
}


@pytest.mark.parametrize("missing", MISSING)
def test_a_file_without_advisories_about_a_kind_of_component_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    """A file about npm packages alone was good news about an installation without any."""
    advisories, ecosystems = MISSING[missing]
    file = tmp_path / "advisories.json"
    file.write_text(json.dumps(advisories))
    assert main([str(file)]) == FAILED
    said = capsys.readouterr()
    assert said.err == (
        f"{file} contains no advisories about {missing}. Name a folder that also contains what OSV "
        f"publishes for {ecosystems}.\n"
    )
    assert "No advisory affects" not in said.out


def test_what_is_affected_is_printed_even_if_another_kind_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "advisories.json"
    file.write_text(json.dumps(advisory("starlette", {"introduced": "0"})))
    assert main([str(file)]) == FAILED
    assert f"starlette {VERSION}: GHSA-made-up" in capsys.readouterr().out


NOT_OSV = "a.json is not an advisory in the OSV format."
BROKEN = {
    "cut off": ("a.json", b"{", NOT_OSV),
    "other letters": ("a.json", b"\xff\xfe{}", NOT_OSV),
    "too deep": ("a.json", b"[" * 100_000, NOT_OSV),
    "a text": ("a.json", b'"text"', NOT_OSV),
    "no id": ("a.json", b'{"no": "id"}', NOT_OSV),
    "no list": ("a.json", b'{"id": "1", "affected": "all"}', NOT_OSV),
    "no events": (
        "a.json",
        b'{"id": "1", "affected": [{"ranges": [{"type": "SEMVER"}]}]}',
        NOT_OSV,
    ),
    "no zip": ("a.zip", b"no zip", "a.zip cannot be read: File is not a zip file."),
    "empty": ("a.json", b"[]", "a.json contains no advisories."),
}


@pytest.mark.parametrize(("name", "content", "said"), BROKEN.values(), ids=list(BROKEN))
def test_a_file_that_cannot_be_read_is_named_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert main([str(tmp_path / name)]) == FAILED
    printed = capsys.readouterr()
    assert (printed.out, printed.err.replace(f"{tmp_path}/", "")) == ("", f"{said}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-file.zip"], "no-such-file.zip does not exist.\n"),
        ([""], "Name a file or folder of advisories: make audit ADVISORIES=FILE\n"),
        ([], "Name a file or folder of advisories: make audit ADVISORIES=FILE\n"),
    ],
    ids=["no such file", "empty", "none"],
)
def test_without_a_file_it_says_so(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert (main(arguments), capsys.readouterr().err) == (FAILED, said)
