"""A person's day: what is shown, in which time zone, and who may see it."""

import re

import pytest

from tests.web.page.site import Site, Visitor, user_id_of


@pytest.fixture(scope="module")
def member(story: Site) -> Visitor:
    return story.visitor("member")


def day(visitor: Visitor, date: str, path: str = "/timeline") -> str:
    answer = visitor.get(f"{path}?day={date}")
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def entries(page: str) -> list[str]:
    found = re.findall(r'<li class="entry[^"]*" .*?<h3>(.*?)</h3>', page)
    return [re.sub("<.*?>", "", each) for each in found]


def blocks(page: str) -> list[tuple[float, int, float, int]]:
    """(left, top, width, height) of each entry in the picture."""
    found = re.findall(
        r'<svg x="([\d.]+)%" y="(\d+)" width="([\d.]+)%" height="(\d+)" overflow="visible"><title>',
        page,
    )
    return [(float(x), int(y), float(w), int(h)) for x, y, w, h in found]


def test_entries_of_a_day_have_title_times_role_and_companions(member: Visitor) -> None:
    page = day(member, "2026-03-10")
    assert entries(page) == [
        "Opening · Client One",
        "Side talk · Client Two",
        "Afterwards",
        "No leave sent",
    ]
    assert re.search(
        r"10:00</time> – <time[^>]*>11:00</time>, 1 h, hosted a scheduled meeting", page
    )
    assert "<title>Hosted a scheduled meeting: Opening</title>" in page
    assert "Call · Zoom" in page
    assert "Data as of <time" in page
    opening = page[: page.index("Side talk</bdi>")]
    wanted = (
        "External</dt><dd><ul> <li><span>Cleo Client</span>, Client One</li>",
        "Colleagues</dt><dd><ul> <li><span>Manager of Acme</span></li>",
        'Notes</span> <span class="hint">(notetaker)</span>',
        '<li><span class="guess">Unnamed participant</span></li> </ul></dd></div> </dl>',
    )
    assert [text for text in wanted if text not in opening] == []


def test_an_excluded_participant_has_no_name_on_a_timeline(member: Visitor) -> None:
    page = day(member, "2026-03-10")
    assert ("Shy Sheldon" in page, "Excluded participant" in page) == (False, True)


def test_times_that_zoom_did_not_report_are_marked(member: Visitor) -> None:
    page = day(member, "2026-03-10")
    assert page.count("Zoom did not report a join or leave time") == 1
    assert page.count("block-estimated") == 1


def test_entries_at_the_same_time_are_next_to_each_other(member: Visitor) -> None:
    """09:00-10:00 beside 09:30-10:15; the next entry has the whole width again."""
    (opening, side, after, estimated) = blocks(day(member, "2026-03-10"))
    assert [block[0] for block in (opening, side, after, estimated)] == [0, 50, 0, 0]
    assert [block[2] for block in (opening, side, after, estimated)] == [50, 50, 100, 100]
    assert (opening[1], opening[3], side[1]) == (2 * 56, 56, 140)


@pytest.mark.parametrize(
    ("date", "first", "last", "hours", "words"),
    [
        ("2026-03-29", "00:00", "00:00", 23, "it has 23 hours"),
        ("2026-10-25", "01:00", "18:00", 18, "it has 25 hours"),
        (
            "2026-03-10",
            "08:00",
            "18:00",
            10,
            "All times are in your time zone, Europe/Berlin. </p>",
        ),
    ],
)
def test_the_picture_has_the_working_day_and_an_hour_around_the_entries(
    member: Visitor, date: str, first: str, last: str, hours: int, words: str
) -> None:
    """In spring, the hour from two to three is missing; in autumn, it is there twice."""
    page = day(member, date)
    drawn = re.findall(r'<text x="0" y="\d+">(\d\d:\d\d)</text>', page)
    assert (drawn[0], drawn[-1], len(drawn), words in page) == (first, last, hours + 1, True)
    assert drawn.count("02:00") == {"2026-10-25": 2}.get(date, 0)
    assert f'height="{hours * 56 + 14}"' in page


def test_an_entry_across_a_clock_change_keeps_its_length(member: Visitor) -> None:
    """One hour is 01:30 to 03:30 on the clock in spring, and 02:15 to 02:15 in autumn."""
    spring, autumn = day(member, "2026-03-29"), day(member, "2026-10-25")
    assert re.search(r"01:30</time> – <time[^>]*>03:30</time>, 1 h", spring)
    assert re.search(r"02:15</time> – <time[^>]*>02:15</time>, 1 h", autumn)
    assert (blocks(spring)[0][3], blocks(autumn)[0][3]) == (56, 56)


def test_an_entry_across_midnight_is_cut_there_and_says_so(member: Visitor) -> None:
    before, after = day(member, "2026-03-29"), day(member, "2026-03-30")
    assert "Continued after midnight. 30 min on this day." in before
    assert "Started the day before. 45 min on this day." in after
    assert [block[1:] for block in blocks(after)] == [(0, 100, 42)]
    assert blocks(before)[1][1] + blocks(before)[1][3] == 23 * 56


def test_the_week_counts_the_time_of_two_sessions_at_once_only_once(member: Visitor) -> None:
    page = day(member, "2026-03-12")
    week = re.findall(r'<span class="week-day">(.*?)</span> <span class="week-time">(.*?)</', page)
    assert [re.sub("<.*?>", "", f"{name}: {time}") for name, time in week] == [
        "Mon 9: –", "Tue 10: 2:25", "Wed 11: –", "Thu 12: –", "Fri 13: –", "Sat 14: –",
        "Sun 15: –",
    ]  # fmt: skip


def test_an_empty_day_says_so_and_leads_to_the_reasons(member: Visitor) -> None:
    page = day(member, "2026-03-11")
    assert "Nothing from Zoom on this day" in page
    assert "/missing?from=2026-03-11&amp;to=2026-03-11" in page


def test_an_empty_day_leads_to_the_nearest_days_with_entries(member: Visitor) -> None:
    def offered(date: str) -> list[tuple[str, str]]:
        return re.findall(
            r'day=([-\d]+)">((?:Last|Previous|Next) day with.*?)</a>', day(member, date)
        )

    assert offered("2026-03-11") == [
        ("2026-03-10", "Previous day with entries: Tue 10 Mar, 4 entries, 2 h 25 min"),
        ("2026-03-29", "Next day with entries: Sun 29 Mar, 2 entries, 1 h 30 min"),
    ]
    assert offered("2026-11-20") == [
        ("2026-10-25", "Last day with entries: Sun 25 Oct, 1 entry, 1 h"),
    ]
    assert offered("2026-03-10") == []


def test_without_entries_today_the_last_day_with_entries_is_shown_and_said_so(
    member: Visitor, story: Site
) -> None:
    page = " ".join(member.get("/timeline").text.split())
    assert "Nothing yet today. Showing Sunday 25 October, your last day with entries." in page
    assert entries(page) == ["Clock back"]
    assert re.search(r'day=[-\d]+">Show today</a>', page)
    of_member = story.visitor("owner").get(f"/timeline/{user_id_of('member')}").text
    assert "their last day with entries" in of_member


def test_a_week_has_the_entries_of_its_days_and_leads_to_them_and_back(member: Visitor) -> None:
    answer = member.get("/timeline?week=2026-03-10")
    page = " ".join(answer.text.split())
    assert len(blocks(page)) == 4
    assert re.findall(r'href="(/timeline\?day=2026-03-10#entry-\d)"><bdi>(.*?)</bdi>', page) == [
        ("/timeline?day=2026-03-10#entry-1", "Opening"),
        ("/timeline?day=2026-03-10#entry-2", "Side talk"),
        ("/timeline?day=2026-03-10#entry-3", "Afterwards"),
        ("/timeline?day=2026-03-10#entry-4", "No leave sent"),
    ]
    assert re.findall(r'rel="(?:prev|next)" href="(.*?)"', page) == [
        "/timeline?week=2026-03-03",
        "/timeline?week=2026-03-17",
    ]
    assert "Back to Tue 10" in page
    assert 'href="/timeline?week=2026-03-10">Week</a>' in day(member, "2026-03-10")
    assert page.count('class="week-day"') == 5  # nothing on the weekend
    assert (
        member.get("/timeline?week=2026-03-25").text.count('class="week-day"'),
        "Nothing from Zoom during this week" in member.get("/timeline?week=2026-03-17").text,
    ) == (7, True)


def test_a_week_of_somebody_else_is_recorded(story: Site) -> None:
    story.rows("delete from integration.access_log")
    answer = story.visitor("executive").get(f"/timeline/{user_id_of('member')}?week=2026-03-10")
    assert answer.status_code == 200
    assert story.rows(
        "select act, about_user_id, lower(days)::text, upper(days)::text "
        "from integration.access_log where actor = %s",
        user_id_of("executive"),
    ) == [("day", user_id_of("member"), "2026-03-09", "2026-03-16")]


def test_colleagues_and_companies_are_links_for_whoever_may_open_them(
    member: Visitor, story: Site
) -> None:
    page = day(story.visitor("owner"), "2026-03-10", f"/timeline/{user_id_of('member')}")
    assert f'<a href="/timeline/{user_id_of("manager")}?day=2026-03-10">Manager of Acme</a>' in page
    assert re.search(r'Cleo Client</a>, <a href="/clients/companies/[^"]+">Client One</a>', page)
    own = day(member, "2026-03-10")
    assert ("Manager of Acme</a>" in own, "/clients/" in own) == (False, False)


def test_an_empty_day_of_another_person_leads_to_their_reasons(story: Site) -> None:
    page = day(story.visitor("owner"), "2026-03-11", f"/timeline/{user_id_of('member')}")
    assert "to=2026-03-11&amp;person=member%40acme.example" in page


def test_before_the_first_batch_a_day_is_empty(site: Site) -> None:
    assert "Nothing from Zoom on this day" in day(site.visitor("member"), "2026-03-10")


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_an_invalid_day_is_marked_in_the_form(member: Visitor, text: str) -> None:
    answer = member.get(f"/timeline?day={text}")
    assert answer.status_code == 400
    assert f"“{text}” is not a date" in answer.text
    assert re.search(r'id="day" [^>]* aria-invalid="true" aria-describedby="wrong"', answer.text)


def test_an_executive_sees_the_day_of_a_person_in_that_persons_time_zone(story: Site) -> None:
    executive, path = story.visitor("executive"), f"/timeline/{user_id_of('member')}"
    page = day(executive, "2026-03-10", path)
    assert "All times are in their time zone, Europe/Berlin" in page
    assert re.search(r"10:00</time> – <time[^>]*>11:00</time>", page)
    assert f'{path}?day=2026-03-09"' in page


@pytest.mark.parametrize("role", ["admin", "technical_admin", "manager", "member"])
def test_other_roles_see_only_their_own_day(story: Site, role: str) -> None:
    visitor = story.visitor(role)
    assert visitor.get(f"/timeline/{user_id_of('executive')}").status_code == 403
    if role == "manager":
        assert "Executive of" not in visitor.get("/timeline?find=executive").text
    else:
        assert visitor.get("/timeline?find=executive").status_code == 403
        assert 'name="find"' not in visitor.get("/timeline").text


def test_a_user_of_another_organization_is_not_found(story: Site) -> None:
    visitor = story.visitor("owner")
    assert visitor.get(f"/timeline/{user_id_of('member', 'globex')}").status_code == 404
    assert "No results" in visitor.get("/timeline?find=globex").text


def test_a_person_is_found_by_a_part_of_the_name_or_the_whole_email(story: Site) -> None:
    visitor = story.visitor("owner")
    answer = visitor.get("/timeline?find=MEMBER@acme.example&day=2026-03-10")
    assert answer.headers["location"] == f"/timeline/{user_id_of('member')}?day=2026-03-10"
    several = visitor.get("/timeline?find=admin").text
    assert ("Admin of Acme" in several, "Technical Admin of Acme" in several) == (True, True)


def test_an_unknown_time_zone_is_treated_as_utc(story: Site) -> None:
    assert "All times are in your time zone, UTC" in day(
        story.visitor("technical_admin"), "2026-03-10"
    )
