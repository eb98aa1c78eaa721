"""Notifications: who was notified of an organization's own problems, and with what result."""

from tests.web.page.site import Site, user_id_of
from tests.web.page.zoom_users import rows_of, words

PATH = "/services/zoom/notifications"


def problem(site: Site, organization: str, account: str, *, ended: bool = False) -> int:
    return site.rows(
        "insert into integration.causes (organization_id, cause, subject, facts, since, "
        "noticed_at, notified_at, ended_at) values (%s, 'import_failing', 'c', "
        "jsonb_build_object('account', %s::text, 'detail', ''), now(), now(), now(), "
        "case when %s then now() end) returning cause_id",
        organization, account, ended,
    )[0][0]  # fmt: skip


def message(site: Site, cause: int, organization: str, role: str | None, **columns: str) -> None:
    site.rows(
        "insert into integration.notifications (cause_id, organization_id, channel, user_id, "
        "status, reason, created_at, next_attempt_at, expires_at) "
        "values (%s, %s, %s, %s, %s, %s, now(), now(), now())",
        cause, organization, "mail" if role else "webhook",
        role and user_id_of(role, organization), columns["status"], columns.get("reason"),
    )  # fmt: skip


def test_the_page_shows_the_organizations_own_problems_and_what_became_of_each_message(
    site: Site,
) -> None:
    of_acme = problem(site, "acme", "AcmeAccount")
    message(site, of_acme, "acme", "admin", status="sent")
    message(site, of_acme, "acme", "executive", status="failed", reason="No such mailbox.")
    message(site, of_acme, "acme", "owner", status="dropped", reason="The problem ended.")
    message(site, of_acme, "acme", None, status="waiting", reason="It cannot be reached.")
    of_globex = problem(site, "globex", "GlobexAccount", ended=True)
    message(site, of_globex, "globex", "admin", status="sent")
    page = site.visitor("technical_admin").get(PATH).text
    assert [row[:2] for row in rows_of(page)] == [
        ["Email to Admin of Acme", "Sent"],
        ["Email to Executive of Acme", "Failed No such mailbox."],
        ["Email to Owner of Acme", "Not needed The problem ended."],
        ["Webhook", "Waiting It cannot be reached."],
    ]
    said = words(page)
    assert "The last user import for Zoom account AcmeAccount failed Open From" in said
    assert "Webhooks are not arriving It cannot be reached." in said
    assert "Globex" not in said
    theirs = words(site.visitor("admin", "globex").get(PATH).text)
    assert ("GlobexAccount failed Ended From" in theirs, "Acme" in theirs) == (True, False)


def test_people_whose_mails_have_the_same_state_share_a_row_with_the_times_of_the_first_and_last(
    site: Site,
) -> None:
    about = problem(site, "acme", "AcmeAccount")
    for role in ("owner", "admin", "executive"):
        message(site, about, "acme", role, status="sent")
    message(site, about, "acme", "left", status="sent")  # a user who is no longer there
    site.rows(
        "update integration.notifications set sent_at = '2026-03-02 14:05:00Z'::timestamptz "
        "+ case user_id when %s then interval '3 hours' else interval '59 seconds' end",
        user_id_of("admin"),
    )
    (row,) = rows_of(site.visitor("technical_admin").get(PATH).text)
    assert row == [
        "Email to Admin of Acme, Executive of Acme, Owner of Acme and 1 former user", "Sent",
        "2 Mar 2026, 15:05 to 2 Mar 2026, 18:05",
    ]  # fmt: skip


def test_without_a_channel_the_page_says_that_nobody_is_notified(site: Site) -> None:
    admin = site.visitor("admin")
    page = admin.get(PATH).text
    assert ("No one is notified" in page, "Send a test message" in page) == (True, False)
    assert admin.post(f"{PATH}/test").headers["location"] == PATH
    assert "neither email nor webhooks are set up" in admin.get(PATH).text
    assert site.rows("select count(*) from integration.notifications") == [(0,)]
