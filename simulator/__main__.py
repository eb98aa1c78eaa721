"""`python -m simulator`."""

from simulator.cli import cli

if __name__ == "__main__":
    cli(prog_name="python -m simulator")
