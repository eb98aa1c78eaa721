"""The problem of a refused source ends although Zoom is no longer asked for it."""

from datetime import timedelta

from tests.healing.short_past import FIRST, NOW, ONE_DAY, ShortPast

IN_AN_HOUR = NOW + timedelta(hours=1)
OF_WEBINARS = "webinar:read:list_past_participants:admin"


def refuse_webinars(past: ShortPast) -> None:
    past.control("access", account_id=FIRST, missing_scopes=[OF_WEBINARS])
    past.heal()
    assert past.refused() == [(FIRST, "webinars")]


def test_an_account_that_no_longer_has_zoom_phone_has_no_problem_with_it(past: ShortPast) -> None:
    past.control("access", account_id=FIRST, has_phone=False)
    past.heal()
    assert past.refused() == [(FIRST, "phone")]
    past.installation.execute("update integration.connections set lacks_phone = true")
    past.heal(now=IN_AN_HOUR)
    assert past.refused() == []


def test_an_account_that_was_reconnected_has_no_problem_until_zoom_refuses_again(
    past: ShortPast,
) -> None:
    refuse_webinars(past)
    past.control("access", method="DELETE")
    past.installation.execute(
        "update integration.connections set granted_at = %s", [NOW + timedelta(minutes=30)]
    )
    past.heal(now=IN_AN_HOUR)
    assert past.refused() == []


def test_a_week_without_webinars_ends_the_problem_with_them(past: ShortPast) -> None:
    """A plan may have been changed meanwhile, which Zoom does not report."""
    refuse_webinars(past)
    past.heal(now=NOW + 8 * ONE_DAY)
    assert past.refused() == []


def test_without_the_apps_id_there_is_no_problem_with_its_log(past: ShortPast) -> None:
    """As the problem itself advises."""
    past.heal(ZOOM_APP_ID="AnotherApp")
    assert past.refused() == [("-", "webhook_logs")]
    past.heal(now=IN_AN_HOUR)
    assert past.refused() == []
