"""`simulate …`: runs the Zoom simulator, which has its own help."""

import subprocess
import sys

import click

from integration.settings import PROJECT, environment_of_children, read_settings


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Run the Zoom simulator: serve, day, directory or demo."""
    settings = read_settings()
    command = [sys.executable, "-m", "simulator", *arguments]
    sys.exit(
        subprocess.run(
            command, cwd=PROJECT, env=environment_of_children(settings), check=False
        ).returncode
    )
