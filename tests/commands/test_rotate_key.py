"""`rotate-key`: a new key becomes the one in use, the data follows, and the old key retires, while
the processes of every step can read what the others make.
"""

import re
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from dotenv import dotenv_values

from integration.keys.encrypted import ENCRYPTED
from integration.notify.sealing import seal
from integration.settings import KEYS_FILE
from integration.sign_in.signing import Signing
from tests.commands.program import Answer, Program, execute, rows
from tests.commands.tokens import store_tokens
from tests.processes.processes import serving
from tests.rules.files import files_of

ENCRYPTS = {
    "integration/connections/tokens.py",
    "integration/keys/encrypted.py",
    "integration/notify/sealing.py",
    "integration/sign_in/openid/providers.py",
    "integration/web/sign_in/openid_attempts.py",  # a cookie of ten minutes
}


def texts(program: Program) -> list[str]:
    """Everything that the database holds encrypted."""
    url = program.settings["DATABASE_URL"]
    return [
        text
        for column in ENCRYPTED
        for (text,) in rows(url, f"select {column.column} from {column.table}")  # noqa: S608 - names from the code
        if text is not None
    ]


def can_read(program: Program, keys: str) -> bool:
    cipher = MultiFernet([Fernet(key) for key in keys.split(",")])
    try:
        return [cipher.decrypt(text) for text in texts(program)] != []
    except InvalidToken:
        return False


@pytest.fixture
def encrypted(acme_and_other: Program) -> Program:
    """Tokens, a client secret and a waiting mail, all encrypted."""
    program = acme_and_other
    store_tokens(program)
    key = program.settings["ENCRYPTION_KEY"]
    execute(
        program.settings["DATABASE_URL"],
        """
        insert into integration.openid_providers
        values ('acme', 'https://login.acme.example', 'client', %(secret)s, 'email_verified');
        """,
        {"secret": Fernet(key).encrypt(b"secret").decode()},
    )
    execute(
        program.settings["DATABASE_URL"],
        "insert into integration.mails (kind, sealed, expires_at) "
        "values ('sign_in', %(sealed)s, now() + interval '1 hour')",
        {"sealed": seal({"email": "ann@acme.example"}, keys=[key])},
    )
    return program


def step(program: Program, purpose: str) -> tuple[Answer, Program]:
    """Takes a step; the program as an operator sets it then."""
    answer = program("rotate-key", purpose)
    assert (answer.code, answer.err) == (0, ""), answer.text
    found = re.search(r"^(\w+_KEY)=(\S+)$", answer.out, re.MULTILINE)
    if not found:
        return answer, program
    return answer, replace(program, settings={**program.settings, found[1]: found[2]})


def restart(program: Program) -> None:
    with serving(program):
        pass


def test_the_encryption_key_rotates_in_three_steps_and_every_process_can_read_all(
    encrypted: Program,
) -> None:
    old = encrypted.settings["ENCRYPTION_KEY"]
    restart(encrypted)
    first, both = step(encrypted, "encryption")
    assert first.out.startswith("Step 1 of 3")
    assert both.settings["ENCRYPTION_KEY"].split(",")[0] == old
    restart(both)
    second, swapped = step(both, "encryption")
    assert second.out.startswith("Step 2 of 3: ")
    new, then = swapped.settings["ENCRYPTION_KEY"].split(",")
    assert (then, both.settings["ENCRYPTION_KEY"]) == (old, f"{old},{new}")

    too_early, _ = step(swapped, "encryption")
    assert too_early.out.startswith(
        "Step 2 of 3 is not complete: page last started with the older key."
    )
    assert can_read(encrypted, old)

    restart(swapped)
    third, done = step(swapped, "encryption")
    assert third.out.startswith(
        "Step 3 of 3: the older key is retired. Re-encrypted: 4 stored values."
    )
    assert done.settings["ENCRYPTION_KEY"] == new
    assert (can_read(done, new), can_read(done, old)) == (True, False)
    restart(both)  # not restarted yet: it reads with both
    restart(swapped)
    again, _ = step(swapped, "encryption")
    assert "Re-encrypted: 0 stored values." in again.out
    restart(done)
    refused = encrypted("serve", "--only", "page")
    assert "ENCRYPTION_KEY lacks the key that encrypted the stored tokens" in refused.err


@pytest.mark.parametrize("purpose", ["encryption", "session"])
def test_a_retired_key_that_is_still_set_does_not_come_back(
    purpose: str, encrypted: Program
) -> None:
    """Step 3 was repeated with the setting from before it, and put the retired key first."""
    setting = f"{purpose.upper()}_KEY"
    restart(encrypted)
    _, both = step(encrypted, purpose)
    restart(both)
    _, swapped = step(both, purpose)
    restart(swapped)
    _, done = step(swapped, purpose)
    stored = texts(done)
    recorded = "select purpose, key_id, process, retired_at from integration.keys order by 1, 2, 3"
    used = rows(done.settings["DATABASE_URL"], recorded)

    again, repeated = step(swapped, purpose)
    assert again.out.startswith("Step 3 of 3: the older key is retired.")
    assert repeated.settings[setting] == done.settings[setting]
    _, from_step_1 = step(both, purpose)
    assert from_step_1.settings[setting] == swapped.settings[setting]
    assert (texts(done), rows(done.settings["DATABASE_URL"], recorded)) == (stored, used)
    restart(done)


def test_an_interrupted_encryption_is_completed_by_repeating_the_step(encrypted: Program) -> None:
    old, new = encrypted.settings["ENCRYPTION_KEY"], Fernet.generate_key().decode()
    restart(encrypted)
    swapped = replace(encrypted, settings={**encrypted.settings, "ENCRYPTION_KEY": f"{new},{old}"})
    restart(swapped)
    (token,) = rows(
        encrypted.settings["DATABASE_URL"], "select access_token from integration.tokens"
    )[0]
    execute(
        encrypted.settings["DATABASE_URL"],
        "update integration.tokens set access_token = %(token)s",
        {"token": MultiFernet([Fernet(new), Fernet(old)]).rotate(token).decode()},
    )
    answer, _ = step(swapped, "encryption")
    assert "Re-encrypted: 3 stored values." in answer.out
    assert can_read(encrypted, new)


def test_sessions_stay_valid_until_the_old_key_is_retired(acme_and_other: Program) -> None:
    old = acme_and_other.settings["SESSION_KEY"]
    cookie = Signing([old]).signed("secret", purpose="session")
    restart(acme_and_other)
    _, both = step(acme_and_other, "session")
    restart(both)
    _, swapped = step(both, "session")
    restart(swapped)
    third, done = step(swapped, "session")
    assert "Users who have not signed in since step 2 must sign in again." in third.out
    verified = [
        Signing(program.settings["SESSION_KEY"].split(",")).verified(cookie, purpose="session")
        for program in (both, swapped, done)
    ]
    assert verified == ["secret", "secret", None]


def test_a_key_of_the_home_is_changed_in_its_file(acme_and_other: Program) -> None:
    from_home = replace(
        acme_and_other,
        settings={k: v for k, v in acme_and_other.settings.items() if k != "SESSION_KEY"},
    )
    file = from_home.home / KEYS_FILE
    file.write_text("SESSION_KEY=old-key\nZOOM_CLIENT_ID=kept\n")
    restart(from_home)
    answer, _ = step(from_home, "session")
    assert f"{file} has been changed." in answer.out
    values = dotenv_values(file)
    old, new = values["SESSION_KEY"].split(",")
    assert (old, values["ZOOM_CLIENT_ID"], new in answer.out) == ("old-key", "kept", False)


def test_a_lost_key_is_required_no_more_and_what_it_encrypted_is_counted(
    encrypted: Program,
) -> None:
    restart(encrypted)
    other = replace(
        encrypted,
        settings={**encrypted.settings, "ENCRYPTION_KEY": Fernet.generate_key().decode()},
    )
    assert other("rotate-key", "encryption").is_a_plain_refusal
    answer = other("rotate-key", "encryption", "--lost")
    assert answer.out.startswith("1 lost key is no longer required.\n4 stored values ")
    restart(other)


def test_nothing_else_is_encrypted() -> None:
    """A new place with encrypted text belongs to `ENCRYPTED`, or its key cannot be retired."""
    found = {
        file.as_posix().rpartition("/integration/")[2]
        for file in files_of("integration")
        if "import Fernet" in file.read_text() and "commands" not in file.parts
    }
    assert {f"integration/{name}" for name in found} - {"integration/settings.py"} == ENCRYPTS
