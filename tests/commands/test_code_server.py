"""Where Dagster's code server listens, and how its daemon and web server find it."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from integration.commands import code_server
from integration.commands.code_server import listens, socket_of, write_workspace
from integration.settings import PROJECT


def test_dagster_finds_the_same_location_as_with_the_workspace_of_the_project(
    tmp_path: Path,
) -> None:
    """Under another name, every schedule and sensor would start from nothing."""
    (tmp_path / "dagster").mkdir()
    (own,) = yaml.safe_load(write_workspace(tmp_path).read_text())["load_from"]
    (project,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    assert own["grpc_server"] == {
        "socket": str(tmp_path / "dagster" / "code.sock"),
        "location_name": project["python_module"]["location_name"],
    }


@pytest.mark.parametrize(
    "folder", ["my work", "100%", "Müller", "/".join(["a-folder-with-a-long-name"] * 5)]
)
def test_a_path_that_grpc_cannot_read_is_not_used(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_server.tempfile, "gettempdir", lambda: str(tmp_path))
    found, other = socket_of(tmp_path / folder), socket_of(tmp_path / folder / "other")
    assert found.parent.parent == tmp_path
    assert found == socket_of(tmp_path / folder) != other  # the same at each start
    assert stat.S_IMODE(found.parent.stat().st_mode) == 0o700


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever owns it could put a server of their own there."""
    monkeypatch.setattr(code_server.tempfile, "gettempdir", lambda: str(tmp_path))
    found = socket_of(tmp_path / "my work")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    found.parent.rename(tmp_path / found.parent.name.replace(f"-{os.getuid()}-", "-12345-"))
    with pytest.raises(PermissionError, match="belongs to another user"):
        socket_of(tmp_path / "my work")


def test_a_socket_that_a_killed_server_left_is_not_a_server(tmp_path: Path) -> None:
    assert not listens(tmp_path)
    with code_server.socket.socket(code_server.socket.AF_UNIX) as server:
        (tmp_path / "dagster").mkdir()
        server.bind(str(socket_of(tmp_path)))
        server.listen()
        assert listens(tmp_path)
    assert not listens(tmp_path)
