"""`-` is the organization of deliveries whose Zoom account nobody has connected, so it can be no
organization's id. Without this, its page would show the deliveries of all such accounts.
"""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
alter table worksights.organizations add check (organization_id <> '-') not valid;
"""
