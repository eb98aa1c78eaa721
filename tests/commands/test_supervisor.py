"""The processes of `up`: how they are restarted, and how they are stopped."""

import errno
import signal
import socket
import subprocess
import sys
import threading
from _thread import interrupt_main
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
import psutil
import pytest

from integration.commands import one_up, supervisor
from integration.commands.one_up import only_up
from integration.commands.ports import is_in_use, port_for
from integration.commands.supervisor import STOPPING, Supervisor
from tests.patience import PATIENCE, wait_until

# Prints the signals that it receives, and keeps running.
STUBBORN = """
import signal, time
for one in (signal.SIGINT, signal.SIGTERM):
    signal.signal(one, lambda number, _: print(signal.Signals(number).name, flush=True))
print("ready", flush=True)
while True:
    time.sleep(1)
"""
SLEEPS = "import time; time.sleep(10_000)"
PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10_000)"])
print("ready", flush=True)
time.sleep(10_000 if len(sys.argv) > 1 else 0)
"""


@contextmanager
def left_behind(mark: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process with the mark of an `up`, until the block ends."""
    process = subprocess.Popen([sys.executable, "-c", SLEEPS], env=mark)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def lines_of(logs: Path) -> list[str]:
    file = logs / "child.log"
    return file.read_text().splitlines() if file.exists() else []


def test_a_process_that_exits_again_and_again_is_restarted_after_longer_pauses(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    with Supervisor({}, logs=tmp_path, mark={}) as processes:
        processes.start("child", "python", "-c", "print('the cause'); raise SystemExit(3)", env={})

        def has_exited_three_times() -> bool:
            processes.restart_exited(say=said.append)
            return len(said) == 5

        wait_until(has_exited_three_times)
    assert said == [
        "child exited with code 3. It will be restarted in 2 seconds. Its last lines:\nthe cause",
        "child was restarted.",
        "child exited with code 3. It will be restarted in 4 seconds. Its last lines:\nthe cause",
        "child was restarted.",
        "child exited with code 3. It will be restarted in 8 seconds. Its last lines:\nthe cause",
    ]


def test_a_process_that_has_run_for_a_while_is_restarted_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STEADY_SECONDS", 0.0)
    said: list[str] = []
    with Supervisor({}, logs=tmp_path, mark={}) as processes:
        processes.start("child", "python", "-c", "", env={})

        def has_exited_twice() -> bool:
            processes.restart_exited(say=said.append)
            return len(said) == 3

        wait_until(has_exited_twice)
    assert [line for line in said if "restarted in 2 seconds" not in line] == [
        "child was restarted."
    ]


def test_what_ignores_signals_is_killed(tmp_path: Path) -> None:
    with Supervisor({}, logs=tmp_path, mark={}) as processes:
        processes.start("child", "python", "-c", STUBBORN, env={})
        wait_until(lambda: "ready" in lines_of(tmp_path))
        (pid,) = processes.pids()
    assert not psutil.pid_exists(pid)
    assert lines_of(tmp_path)[1:] == ["ready", "SIGINT", "SIGTERM"]


def test_everything_is_stopped_within_ten_seconds() -> None:
    """Container engines kill what is still running then; the remaining time is for the database."""
    assert sum(seconds for _, seconds in STOPPING) <= 8


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        supervisor, "STOPPING", ((signal.SIGINT, PATIENCE), (signal.SIGKILL, PATIENCE))
    )

    # A shell without job control starts background processes with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def ask_again() -> None:
        wait_until(lambda: "SIGINT" in lines_of(tmp_path))
        interrupt_main()

    with Supervisor({}, logs=tmp_path, mark={}) as processes:
        processes.start("child", "python", "-c", STUBBORN, env={})
        wait_until(lambda: "ready" in lines_of(tmp_path))
        (pid,) = processes.pids()
        asking = threading.Thread(target=ask_again)
        asking.start()
    asking.join()
    signal.signal(signal.SIGINT, before)
    assert not psutil.pid_exists(pid)
    assert lines_of(tmp_path)[1:] == ["ready", "SIGINT"]


@pytest.mark.parametrize("arguments", [(), ("stay",)], ids=["exits", "is stopped"])
def test_what_a_process_started_does_not_outlive_it(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with Supervisor({}, logs=tmp_path, mark={"MARK_OF_THE_TEST": str(tmp_path)}) as processes:
        processes.start("child", "python", "-c", PARENT, *arguments, env={})
        wait_until(lambda: "ready" in lines_of(tmp_path))
        if not arguments:  # it has exited

            def is_ended() -> bool:
                processes.restart_exited(say=lambda _: None)
                return marked(tmp_path) == []

            wait_until(is_ended)
    wait_until(lambda: marked(tmp_path) == [])


def marked(folder: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MARK_OF_THE_TEST") == str(folder):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_port_that_may_not_be_used_is_not_called_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", denied)
    with pytest.raises(click.ClickException, match=r"Port 80 cannot be used \(Permission denied\)"):
        port_for(80, option="--port", is_chosen=True, say=print)


def test_a_killed_up_with_the_same_path_elsewhere_leaves_nothing_to_stop(tmp_path: Path) -> None:
    """In a container, the path of a home may be another directory."""
    with only_up(tmp_path, say=print) as mark:
        pass
    elsewhere = tmp_path / "elsewhere"
    said: list[str] = []
    with left_behind(mark) as other:
        with only_up(elsewhere, say=said.append):
            assert (said, other.poll()) == ([], None)
        with only_up(tmp_path, say=said.append):
            assert said == ["Stopping 1 process left by a killed `up`…"]
        assert not psutil.pid_exists(other.pid)


def test_what_the_last_attempt_stops_is_not_called_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_up, "ATTEMPTS", 1)
    with only_up(tmp_path, say=print) as mark:
        pass
    with left_behind(mark) as left, only_up(tmp_path, say=print):
        assert not psutil.pid_exists(left.pid)


def test_what_a_killed_up_of_an_earlier_release_left_is_stopped(tmp_path: Path) -> None:
    """It wrote only its PID, and marked its processes with the path of the home."""
    (tmp_path / "up.lock").write_text("12345")
    mark = {one_up.MARK: str(tmp_path.resolve())}
    with left_behind(mark) as left, only_up(tmp_path, say=print):
        assert not psutil.pid_exists(left.pid)


def test_a_port_that_nobody_chose_is_replaced_if_it_is_taken() -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        port = port_for(taken, option="--port", is_chosen=False, say=said.append)
    assert port != taken
    assert not is_in_use(port, option="--port")
    assert len(said) == 1
    assert f"Using port {port} instead." in said[0]
