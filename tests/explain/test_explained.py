"""`explain` after a real batch: a host, a guest who is not mapped, and a session without events."""

from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from integration.commands.explain import explain
from integration.explain.explanation import NEVER_THERE
from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation

ACCOUNT = "ExplainedAccount000000"
NOW = datetime.now(UTC).replace(microsecond=0)
ENDED = NOW - timedelta(hours=2)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
BEN = Person("Ben Birch", "zu-ben", "ben@firm.example")


def said(*arguments: str) -> str:
    """What the command prints, on one line."""
    answer = CliRunner().invoke(explain, ["--user", *arguments], catch_exceptions=False)
    return " ".join(answer.output.split())


def test_explain_shows_the_entry_the_failed_step_and_what_can_never_be_there(
    installation: Installation,
) -> None:
    users = {"ann": ANN.email, "ben": "ben@elsewhere.example"}
    installation.organization("firm", account=ACCOUNT, users=users)
    session = Session(ACCOUNT, "explained==", "zu-ann", ENDED - timedelta(hours=1), ENDED)
    for person in (ANN, BEN):
        installation.execute(
            "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
            "imported_at, batch, email) values ('firm', %s, %s, %s, 0, %s)",
            [ACCOUNT, person.zoom_user_id, NOW - timedelta(days=1), person.email],
        )
    installation.deliver(*session.whole([ANN, BEN]), at=NOW - timedelta(hours=1))
    installation.batch(now=NOW)

    hers = said(ANN.email, "--session", "explained==")
    assert hers.startswith(f"What never appears: m{NEVER_THERE[1:]}")
    assert "entry yes Hosted a scheduled meeting: Plans for spring" in hers
    assert "activity" in said(ANN.email)
    no_phone = "Somebody has no Zoom Phone license, so Zoom reports no calls."
    assert no_phone not in said(ANN.email)  # her account's licenses are not known yet
    installation.execute("update integration.connections set users_imported_at = now()")
    assert no_phone in said(ANN.email)

    his = said("ben@elsewhere.example", "--session", "explained==")
    assert "participant no" in his
    assert "on the Users page, map their Zoom user" in his
    assert "No session with this user has ended" in said("ben@elsewhere.example")

    assert "No events found for session 'other=='" in said(ANN.email, "--session", "other==")
    assert "No WorkSights user has this email" in said("nobody@firm.example")
