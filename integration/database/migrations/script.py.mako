"""${message}"""

from alembic import op

revision = "${up_revision}"
down_revision = "${down_revision}"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
"""
