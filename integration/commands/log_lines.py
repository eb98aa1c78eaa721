"""What commands print beside their logs. When logs are JSON, it is logged instead."""

import logging

import click

from integration.logs import is_json

logger = logging.getLogger("worksights-zoom")


def say(line: str, *, err: bool = False) -> None:
    """Prints the line, or logs it."""
    if is_json():
        logger.info("%s", line)
    else:
        click.echo(line, err=err)
