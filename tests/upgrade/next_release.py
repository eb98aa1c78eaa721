"""The next release: a copy of this one with one more migration, one more column in a mart, two of
another type, one column less, one more mart, and one change of each kind of rule.
"""

from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

from integration.database.schema_version import known_schemas
from integration.settings import PROJECT
from tests.faults.changed_project import parse

REVISION = "9999"
MIGRATION = f'''"""What the next release needs."""

from alembic import op

revision = "{REVISION}"
down_revision = "{known_schemas()[-1]}"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "alter table ingress.deliveries add column next_release text;"
        "create table integration.next_release (organization_id text primary key);"
        "grant select on integration.next_release to page"
    )
'''
NEW_MART = """
{{ config(unique_key=['organization_id', 'session_id']) }}

with

sessions as (

    select * from {{ ref('int_sessions') }}
    {{ where_news() }}

)

select
    sessions.session_id,
    sessions.organization_id,
    sessions.ended_at - sessions.started_at as length
from sessions
"""
DESCRIBED = """
  - name: session_lengths
    description: One row per session.
    columns:
      - {name: session_id, data_type: text, description: The session.}
      - {name: organization_id, data_type: text, description: The organization.}
      - {name: length, data_type: interval, description: Its length.}
"""
TIMELINE = "models/marts/timeline"
DBT = {
    f"{TIMELINE}/sessions.sql": [
        ("    sessions.started_at,\n", "    sessions.started_at,\n    "
         "sessions.ended_at - sessions.started_at as length,\n"),
        ("    sessions.host_zoom_user_id,\n", "    sessions.ended_at as host_zoom_user_id,\n"),
        ("participant_count, 0) as", "participant_count, 0)::bigint as"),
    ],
    f"{TIMELINE}/participants.sql": [("    presence.connection_count,\n", "")],
    f"{TIMELINE}/_timeline__models.yml": [
        ("      - {name: started_at, data_type: timestamptz",
         "      - {name: length, data_type: interval, description: Its length.}\n"
         "      - {name: started_at, data_type: timestamptz"),
        ("{name: host_zoom_user_id, data_type: text",
         "{name: host_zoom_user_id, data_type: timestamptz"),
        ("{name: participant_count, data_type: integer",
         "{name: participant_count, data_type: bigint"),
        ('      - {name: connection_count, data_type: integer, description: "Number of connections '
         'merged into this row; 1 for calls.", constraints: [{type: not_null}]}\n', ""),
    ],
    f"{TIMELINE}/activities.sql": [("'Hosted '", "'Led '")],
    "macros/seconds_of.sql": [("coalesce(floor(", "coalesce(floor(0.5 * ")],
    "functions/clientsights/weighted_minutes.sql": [("60.0", "6.0")],
}  # fmt: skip


PYTHON = {
    "integration/identity/names.py": [
        (
            "def guess_company_name(",
            "def guess_company_name(domain: str) -> str:\n"
            "    return _guess_company_name(domain).upper()\n\n\ndef _guess_company_name(",
        ),
    ],
    "integration/privacy/settings.py": [
        ('topics: str = VALUES["topics"][0]', 'topics: str = "none"')
    ],
}
FREE_MAIL = "integration/identity/lists/free_mail.csv"


def make_next_release(folder: Path) -> Path:
    """The folder of the copy. A process with it as PYTHONPATH runs the next release."""
    release = folder / "next_release"
    for package in ("integration", "orchestration", "simulator"):
        copytree(PROJECT / package, release / package)  # also what Python has compiled
    for file in ("dagster.yaml", "workspace.yaml", ".env.example"):
        copy2(PROJECT / file, release / file)
    versions = release / "integration" / "database" / "migrations" / "versions"
    (versions / f"{REVISION}_next_release.py").write_text(MIGRATION)
    project = release / "dbt_project"
    copytree(PROJECT / "dbt_project", project, ignore=ignore_patterns("target", "logs"))
    changes = {project / name: changed for name, changed in DBT.items()}
    changes |= {release / name: changed for name, changed in PYTHON.items()}
    for file, replacements in changes.items():
        text = file.read_text()
        for before, after in replacements:
            assert before in text, file
            text = text.replace(before, after, 1)
        file.write_text(text)
    (project / TIMELINE / "session_lengths.sql").write_text(NEW_MART)
    described = project / TIMELINE / "_timeline__models.yml"
    described.write_text(described.read_text().rstrip("\n") + DESCRIBED)
    parse(project)
    return release
