"""`python -m integration.commands`: the same as `worksights-zoom`."""

from integration.commands.main import cli

if __name__ == "__main__":
    cli(prog_name="worksights-zoom")
