"""The failures that a batch records for sessions that it could not derive."""

from tests.web.page.site import Site

SINCE = "2026-11-01 09:30+00"
NEVER_DERIVED = "a-session-that-was-never-derived"


def fail(site: Site, model: str, organization: str = "acme", **scope: str) -> None:
    """Records a failure as a batch does; the error is an SQLSTATE."""
    site.rows(
        """
        insert into pipeline.failures (model, organization_id, scope, error, batch, failed_at)
        values (
            %s, %s, jsonb_build_object('organization_id', %s::text) || %s::jsonb, '22003', 1, %s
        )
        """,
        model, organization, organization, _json(scope), SINCE,
    )  # fmt: skip


def _json(scope: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in scope.items()) + "}"


def session_of(site: Site, topic: str) -> str:
    return site.rows("select session_id from timeline.sessions where topic = %s", topic)[0][0]
