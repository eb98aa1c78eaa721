"""Reads the numbers of pages about clients and of days, as text."""

import re
from html import unescape

from tests.web.page.zoom_users import rows_of, under, words

Rows = list[list[str]]


def text_of(page: str) -> str:
    """What looks like a tag stays as it is written."""
    return unescape(page.replace("&lt;", "&amp;lt;"))


def facts_of(page: str) -> dict[str, str]:
    facts = page.partition('<dl class="facts card">')[2].partition("</dl>")[0]
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", facts, re.DOTALL)
    return {words(name): words(value) for name, value in found}


def bars_of(page: str) -> tuple[str, str]:
    """What the picture of the weeks says, and the line above it."""
    card = page.partition('aria-labelledby="weeks"')[2].partition("</section>")[0]
    hint = re.search(r'<span class="hint">(.*?)</span>', card)[1]
    return re.search(r'aria-label="(.*?)"', card)[1], hint


def weights_of(page: str) -> Rows:
    """Without the kinds of the sessions."""
    rows = rows_of(under(page, "Sessions behind the strength"))
    return sorted([row[0].partition(": ")[2], *row[1:]] for row in rows)


def matrix_of(page: str) -> tuple[list[str], Rows, list[str]]:
    """The companies, the cells of each user, and who knows each company."""
    matrix = page.partition('<table class="matrix">')[2].partition("</table>")[0]
    headings = re.findall(r'<th scope="col"><a.*?</th>', matrix)
    known = re.findall(r"<td>.*?</td>", matrix.partition("<tfoot>")[2], re.DOTALL)
    return [words(one) for one in headings], rows_of(matrix), [words(one) for one in known]


def entries_of(page: str) -> Rows:
    """Of a day, each entry's heading, its time and length, how much of it was on this day, and the
    people on each side with how long they met.
    """
    found = []
    for entry in page.split('<li class="entry')[1:]:
        heading = words(re.search(r"<h3>(.*?)</h3>", entry)[1])
        times = re.search(r'<p class="entry-time">(.*?, .*?), ', entry, re.DOTALL)[1]
        part = re.search(r'<p class="hint">[^<]*?([^.<]+) on this day', entry)
        on_day = part[1].strip() if part else ""
        sides = re.findall(r"<dt>(\w+)</dt><dd><ul>(.*?)</ul>", entry, re.DOTALL)
        people = [
            f"{side}: {words(one)}"
            for side, group in sides
            for one in re.findall(r"<li>(.*?)</li>", group, re.DOTALL)
        ]
        found.append([heading, words(times).replace(" ,", ","), on_day, *people])
    return found


def days_of(page: str) -> dict[str, Rows]:
    """Of a week: a day with its line -> its entries."""
    found = {}
    for day in page.split('<li class="card">')[1:]:
        heading = re.search(r'(<h3>.*?</h3>.*?)<ul class="week-entries">', day, re.DOTALL)[1]
        entries = re.findall(r'<li><span class="entry-time">(.*?)</li>', day, re.DOTALL)
        found[words(heading)] = [words(entry) for entry in entries]
    return found


def figures_in(page: str) -> list[str]:
    """The four of a team."""
    return [words(figure) for figure in re.findall(r"<dt>.*?</dd>", page, re.DOTALL)[:4]]


def time_of_days(page: str) -> list[str]:
    """Of a week on the timeline."""
    week = re.search(r'<ol class="week[ "].*?</ol>', page, re.DOTALL)[0]
    return [words(one) for one in re.findall(r"<li>(.*?)</li>", week, re.DOTALL)]


def summary_of(page: str) -> list[str]:
    """Above the entries of a day."""
    found = re.search(r'<h2 id="entries">(.*?)</h2>\s*<p class="hint">(.*?)</p>', page)
    return [words(one) for one in found.groups()] if found else []


def nearest_in(page: str) -> list[str]:
    """The nearest days with entries, where a day has none."""
    empty = page.partition('<section class="empty">')[2].partition("</section>")[0]
    return [words(one) for one in re.findall(r'<p><a class="button.*?</a>', empty)]
