"""The logs of `up`: kept over starts, limited in size and lines, readable as text."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from integration.commands.process_logs import LINES_A_MINUTE, LineLimit, ProcessLog
from integration.commands.supervisor import Supervisor
from integration.settings import read_settings

PRINTS = "import sys; print(sys.argv[1])"


def run(folder: Path, program: str, *arguments: str, file_bytes: int = 10_000_000) -> ProcessLog:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    log = ProcessLog(folder / "child.log", process.stdout, file_bytes=file_bytes)
    process.wait()
    log.wait()
    return log


def lines_of(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if not line.startswith("--- started")]


def test_a_restart_keeps_what_the_last_run_wrote(tmp_path: Path) -> None:
    run(tmp_path, PRINTS, "first")
    run(tmp_path, PRINTS, "second")
    assert lines_of(tmp_path / "child.log") == ["first", "second"]
    assert (tmp_path / "child.log").read_text().count("--- started at ") == 2


def test_a_log_has_a_limited_size_also_over_restarts(tmp_path: Path) -> None:
    for _ in range(12):
        run(tmp_path, "for n in range(200): print('x' * 100)", file_bytes=10_000)
    files = sorted(tmp_path.glob("child.log*"))
    assert [file.name for file in files] == [
        "child.log", "child.log.1", "child.log.2", "child.log.3", "child.log.4"
    ]  # fmt: skip
    assert max(file.stat().st_size for file in files) <= 10_000


def test_an_endless_error_does_not_fill_the_log_and_its_end_is_kept(tmp_path: Path) -> None:
    log = run(tmp_path, "for n in range(20_000): print('error', n)")
    lines = lines_of(tmp_path / "child.log")
    assert lines[0] == "error 0"
    assert f"the limit is {LINES_A_MINUTE:,} per minute ---" in lines[LINES_A_MINUTE]
    assert lines[-1] == "error 19999" == log.last_lines().splitlines()[-1]
    assert len(lines) < LINES_A_MINUTE + 20


def test_a_minute_later_lines_are_written_again() -> None:
    now = 0.0
    limit = LineLimit(lambda: now)
    written = [line for n in range(LINES_A_MINUTE + 5) for line in limit.allowed(f"{n}")]
    assert len(written) == LINES_A_MINUTE
    now = 60.0
    assert limit.allowed("later") == [
        f"--- 5 lines skipped: the limit is {LINES_A_MINUTE:,} per minute ---", "later"
    ]  # fmt: skip
    assert limit.at_the_end(["later"]) == []


def test_colors_and_broken_characters_do_not_reach_the_file(tmp_path: Path) -> None:
    run(tmp_path, r"import sys; sys.stdout.buffer.write(b'\x1b[32mgreen\x1b[0m \xff\n')")
    assert lines_of(tmp_path / "child.log") == ["green �"]


def test_a_process_goes_on_when_its_log_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "child.log").symlink_to("/dev/full")
    log = run(tmp_path, "for n in range(100_000): print('x' * 100)\nprint('done')")
    assert log.last_lines().splitlines()[-1] == "done"


def test_a_process_that_ends_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    with Supervisor({}, logs=tmp_path, mark={}) as processes:
        processes.start("short", "python", "-c", "print('the cause')", env={})

        def has_ended() -> str:
            while True:
                processes.raise_if_any_exited()

        with pytest.raises(click.ClickException, match="short exited with code 0:\nthe cause"):
            has_ended()


@pytest.fixture
def environment_in() -> Callable[[Path], None]:
    """What `up` and `batch` do before they start Dagster."""
    from integration.commands.processes import environment

    def prepare(home: Path) -> None:
        settings = read_settings({"WORKSIGHTS_ZOOM_HOME": str(home)}, dotenv=home / ".env")
        environment(settings, "postgresql://worksights@127.0.0.1/worksights")

    return prepare


def test_dagster_is_configured_by_the_release_that_runs(
    environment_in: Callable[[Path], None], tmp_path: Path
) -> None:
    """After an update in another folder, the home still led to the last release's file."""
    environment_in(tmp_path)
    link = tmp_path / "dagster" / "dagster.yaml"
    own, old = link.readlink(), tmp_path / "old.yaml"
    old.touch()
    link.unlink()
    link.symlink_to(old)
    environment_in(tmp_path)
    assert link.readlink() == own
    assert [path.name for path in link.parent.iterdir()] == ["dagster.yaml"]
