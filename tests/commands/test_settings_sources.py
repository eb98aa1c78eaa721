"""The value of a secret setting can come from a file or a command."""

import re
import shlex
import stat
from pathlib import Path

import pytest

from integration.settings import Settings, SettingsError, environment_of_children, read_settings
from integration.settings_of_processes import OF_ANY_PROCESS, SETTINGS_OF
from integration.settings_sources import PLACEHOLDER, SECRETS, forms_of
from tests.commands.program import APP_SETTINGS, Program
from tests.rules.settings import listed_settings

# Addresses that contain no secret, and are none.
PUBLIC_ADDRESSES = {"PUBLIC_URL", "ZOOM_OAUTH_URL", "ZOOM_API_URL"}
VALUE = "a-secret-value"


def settings_of(folder: Path, **environ: str) -> Settings:
    return read_settings(
        {"WORKSIGHTS_ZOOM_HOME": str(folder), **environ}, dotenv=folder / "settings"
    )


def file_with(folder: Path, text: str | bytes, name: str = "secret") -> str:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_every_setting_with_a_secret_can_come_from_a_file_or_a_command() -> None:
    found = {name for name in listed_settings() if re.search(r"KEY|SECRET|TOKEN|_URL$", name)}
    assert found - SECRETS == PUBLIC_ADDRESSES
    assert SECRETS - listed_settings() == set()


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_read_from_a_file_or_a_command(name: str, tmp_path: Path) -> None:
    file = file_with(tmp_path, f"{VALUE}\n")
    command = f"cat {shlex.quote(file)} /dev/null"
    assert settings_of(tmp_path, **{f"{name}_FILE": file}).get(name) == VALUE
    assert settings_of(tmp_path, **{f"{name}_COMMAND": command}).get(name) == VALUE


def test_only_the_first_line_that_a_command_prints_counts(tmp_path: Path) -> None:
    command = "printf '%s' 'the value\nand remarks\n'"
    assert settings_of(tmp_path, SESSION_KEY_COMMAND=command).get("SESSION_KEY") == "the value"


def test_other_settings_are_not_read_from_files(tmp_path: Path) -> None:
    file = file_with(tmp_path, VALUE)
    settings = settings_of(tmp_path, ERASURES_FILE=file, MAIL_FROM_FILE=file)
    assert (settings.get("ERASURES_FILE"), settings.get("MAIL_FROM")) == (file, "")


FAULTS = {
    "no such file": ("_FILE", "{}/none", "cannot be read: No such file or directory."),
    "a folder": ("_FILE", "{}", "cannot be read: Is a directory."),
    "an empty file": ("_FILE", "{}/empty", "is empty."),
    "two lines": ("_FILE", "{}/two", "has more than one line. Keep only the value."),
    "no text": ("_FILE", "{}/bytes", "is not a text file."),
    "no such program": ("_COMMAND", "no-such-program a-secret", "cannot be run: No such file"),
    "failed": ("_COMMAND", "sh -c 'echo a-secret; exit 3'", "failed with exit code 3."),
    "silent": ("_COMMAND", "true a-secret", "the command printed nothing."),
    "blank": ("_COMMAND", "echo ' '", "the command printed nothing."),
    "no text printed": ("_COMMAND", "cat {}/bytes", "what the command printed is not text."),
    "not closed": ("_COMMAND", "echo 'a-secret", "a quotation mark in the command is not closed."),
}


@pytest.mark.parametrize(("form", "source", "said"), FAULTS.values(), ids=list(FAULTS))
def test_a_value_that_cannot_be_read_is_named_and_not_repeated(
    form: str, source: str, said: str, tmp_path: Path
) -> None:
    form = f"SESSION_KEY{form}"
    file_with(tmp_path, " \n", "empty")
    file_with(tmp_path, "a-secret\nanother-secret\n", "two")
    file_with(tmp_path, b"a-secret\xff\n", "bytes")
    settings = settings_of(tmp_path, **{form: source.format(tmp_path)})
    with pytest.raises(SettingsError) as refused:
        settings.get("SESSION_KEY")
    text = str(refused.value)
    assert (text.startswith(f"{form}: "), said in text, "a-secret" in text) == (True, True, False)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    "forms",
    [("", "_FILE"), ("", "_COMMAND"), ("_FILE", "_COMMAND")],
    ids=["value and file", "value and command", "file and command"],
)
def test_a_secret_can_be_set_in_only_one_way(forms: tuple[str, str], tmp_path: Path) -> None:
    first, second = (f"TOMBSTONE_KEY{form}" for form in forms)
    said = f"^{first} and {second} are set. Set only one of them.$"
    with pytest.raises(SettingsError, match=said):
        settings_of(tmp_path, **{first: VALUE, second: VALUE})


def test_an_empty_line_of_the_example_is_not_a_second_way(tmp_path: Path) -> None:
    file = file_with(tmp_path, VALUE)
    for unset in ("", " ", PLACEHOLDER):
        settings = settings_of(tmp_path, ZOOM_CLIENT_SECRET=unset, ZOOM_CLIENT_SECRET_FILE=file)
        assert settings.get("ZOOM_CLIENT_SECRET") == VALUE


def test_the_environment_overrides_each_way_of_the_file_and_of_the_home(tmp_path: Path) -> None:
    dotenv = f"SESSION_KEY_COMMAND=false\nENCRYPTION_KEY_FILE={tmp_path}/none\n"
    file_with(tmp_path, f"{dotenv}TOMBSTONE_KEY_COMMAND='echo of-the-file'\n", "settings")
    file_with(tmp_path, "TOMBSTONE_KEY=of-the-home\nSMTP_URL=of-the-home\n", "keys.env")
    settings = settings_of(tmp_path, SESSION_KEY="of-the-environment", ENCRYPTION_KEY="")
    names = ("SESSION_KEY", "ENCRYPTION_KEY", "TOMBSTONE_KEY", "SMTP_URL")
    assert [settings.get(name) for name in names] == [
        "of-the-environment", "", "of-the-file", "of-the-home",
    ]  # fmt: skip


def test_a_command_runs_once_and_only_for_a_process_that_needs_it(tmp_path: Path) -> None:
    script = Path(file_with(tmp_path, f"#!/bin/sh\necho ran >> {tmp_path}/ran\necho {VALUE}\n"))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    settings = settings_of(tmp_path, ENCRYPTION_KEY_COMMAND=str(script))
    settings.only_of("receiver")
    settings.get("SESSION_KEY")
    assert not (tmp_path / "ran").exists()
    page = settings.only_of("page")
    assert [page.get("ENCRYPTION_KEY"), settings.get("ENCRYPTION_KEY")] == [VALUE, VALUE]
    assert (tmp_path / "ran").read_text() == "ran\n"


@pytest.mark.parametrize("form", ["_FILE", "_COMMAND"])
def test_a_process_reads_a_secret_once_however_often_it_reads_its_settings(
    form: str, tmp_path: Path
) -> None:
    """A sensor reads the settings at each tick. What could not be read is tried again."""
    source = str(tmp_path / "secret") if form == "_FILE" else f"cat {tmp_path}/secret"
    values = {f"SESSION_KEY{form}": source}
    with pytest.raises(SettingsError):
        settings_of(tmp_path, **values).get("SESSION_KEY")
    file_with(tmp_path, VALUE)
    first = settings_of(tmp_path, **values).only_of("page").get("SESSION_KEY")
    file_with(tmp_path, "another-value")
    later = settings_of(tmp_path, **values).only_of("page").get("SESSION_KEY")
    assert (first, later) == (VALUE, VALUE)


def test_a_process_that_cannot_read_its_secret_does_not_start(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, SMTP_URL_COMMAND="false")
    with pytest.raises(SettingsError, match="SMTP_URL_COMMAND: the command failed"):
        settings.only_of("page")
    settings.only_of("receiver")


def test_a_process_gets_only_the_ways_to_its_own_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not their values, which are in no environment."""
    file = file_with(tmp_path, VALUE)
    everything = {f"{name}_FILE": file for name in SECRETS}
    for name in everything:
        monkeypatch.setenv(name, file)
    settings = settings_of(tmp_path, **everything)
    for process, names in SETTINGS_OF.items():
        passed = environment_of_children(settings.only_of(process))
        forms = {form for name in OF_ANY_PROCESS for form in forms_of(name)} & set(passed)
        own = SECRETS & names - {"DATABASE_URL"}
        assert (process, forms) == (process, {f"{name}_FILE" for name in own})
        assert VALUE not in passed.values()


def test_a_setting_that_is_passed_on_replaces_the_way_it_came_from(tmp_path: Path) -> None:
    """`up` reads the database's address and passes it to its processes as a value."""
    settings = settings_of(tmp_path, DATABASE_URL_FILE=file_with(tmp_path, "host=a"))
    passed = settings.changed({"DATABASE_URL": settings.get("DATABASE_URL") + " port=1"})
    assert dict(passed.values)["DATABASE_URL"] == "host=a port=1"
    assert passed.get("DATABASE_URL") == "host=a port=1"


def test_a_command_of_the_program_reads_files_and_commands(
    program: Program, tmp_path: Path
) -> None:
    environment = {
        "SESSION_KEY": None,
        "SESSION_KEY_COMMAND": f"echo {APP_SETTINGS['SESSION_KEY']}",
        "DATABASE_URL": None,
        "DATABASE_URL_FILE": file_with(tmp_path, program.settings["DATABASE_URL"]),
    }
    answer = program("sign-in-link", "--user", "nobody@acme.example", **environment)
    assert answer.is_a_plain_refusal, answer.err
    assert "No WorkSights user has this email" in answer.err  # it has looked in that database
    refused = program("batch", ENCRYPTION_KEY=None, ENCRYPTION_KEY_FILE=str(tmp_path / "none"))
    assert refused.is_a_plain_refusal, refused.err
    assert f"ENCRYPTION_KEY_FILE: {tmp_path}/none cannot be read" in refused.err


def test_a_rotated_key_is_stored_where_the_old_one_was_read(
    program: Program, tmp_path: Path
) -> None:
    file = file_with(tmp_path, APP_SETTINGS["SESSION_KEY"])
    answer = program("rotate-key", "session", SESSION_KEY=None, SESSION_KEY_FILE=file)
    assert answer.code == 0, answer.err
    said, value = re.findall(r"^(Store this value .*)\n(.*)$", answer.out, re.MULTILINE)[0]
    assert "where SESSION_KEY_FILE reads it" in said
    assert value.startswith(f"{APP_SETTINGS['SESSION_KEY']},")
