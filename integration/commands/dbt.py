"""`dbt`: dbt with the installation's database, for people who change the models."""

import click

from integration.database.postgres import database_url
from integration.pipeline.dbt.command import DEV, read_command
from integration.pipeline.dbt.project import LIVE
from integration.pipeline.dbt_command import run_beside_live, run_on_live
from integration.settings import read_settings

TARGETS = (DEV, LIVE)


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    no_args_is_help=True,
)
@click.argument("arguments", metavar="COMMAND...", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def dbt(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Run dbt on this installation's database, with any of dbt's commands and options.

    Models are built in separate schemas, such as dev_timeline. Whatever is not built there is read
    from the live schemas, which stay unchanged. With --target live, dbt changes the live tables,
    like a batch, and waits for a running one.

    \b
    worksights-zoom dbt build -s int_outcomes
    worksights-zoom dbt test -s int_outcomes,test_type:unit
    worksights-zoom dbt build --help
    """
    settings = read_settings()
    _ = settings.dev_schema  # an unusable one is refused before dbt is imported, which takes 3 s
    command = read_command(arguments)
    if command.target not in TARGETS:
        raise click.ClickException(
            f"The target must be {' or '.join(TARGETS)}, not {command.target!r}. Leave --target "
            "out to build in separate schemas."
        )
    run = run_on_live if command.target == LIVE else run_beside_live
    context.exit(run(command, settings, database_url(settings, "pipeline"), say=_say))


def _say(text: str) -> None:
    click.echo(text, err=True)  # the standard output is dbt's
