"""The file of erasures is either whole or refused, whatever happens to it."""

import resource
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.privacy.erasures_file import append, read
from integration.privacy.kept_erasure import KeptErasure
from integration.settings import SettingsError

ONE = KeptErasure("account", "acme", "account-1", datetime(2026, 3, 2, tzinfo=UTC))
TWO = KeptErasure("person", "acme", "a", datetime(2026, 3, 3, tzinfo=UTC), (("name", "b"),))
THREE = replace(TWO, keys=("newer", "older"))
LINE = ONE.line().encode()
BAD_LINES = {
    "bytes that are no text": b"\xe3\x00\xff",
    "half a line": LINE[:40],
    "two lines in one": LINE.strip() + LINE,
    "a list": b"[]",
    "a number for a text": LINE.replace(b'"acme"', b"5"),
    "another kind": LINE.replace(b'"account"', b'"topic"'),
    "a time without a zone": LINE.replace(b"+00:00", b""),
    "a key that is no text": TWO.line().encode().replace(b"]]", b']], "keys": [5]'),
    "a tombstone that is no pair": TWO.line().encode().replace(b'["name", "b"]', b'["name"]'),
}


def test_what_was_added_is_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "erasures.jsonl"
    assert read(file) == []
    append(file, [ONE])
    append(file, [TWO, THREE])
    assert read(file) == [ONE, TWO, THREE]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_is_no_erasure_is_named(line: bytes, tmp_path: Path) -> None:
    file = tmp_path / "erasures.jsonl"
    file.write_bytes(LINE + line.strip() + b"\n" + LINE)
    with pytest.raises(SettingsError, match=f"Line 2 of {file} is not a valid erasure"):
        read(file)


def test_a_folder_in_its_place_is_named_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ERASURES_FILE: .* cannot be read"):
        read(tmp_path)


def test_a_disk_that_takes_only_a_part_leaves_no_half_line(tmp_path: Path) -> None:
    """A limit on the size of files takes a part of what is written, as a full disk does."""
    file = tmp_path / "erasures.jsonl"
    append(file, [ONE])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            append(file, [TWO])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read(file) == [ONE]
    append(file, [TWO])
    assert read(file) == [ONE, TWO]
