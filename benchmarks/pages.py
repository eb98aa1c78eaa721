"""The pages that are measured, with the busiest day, company and person of the benchmark."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integration.database import rows
from integration.database.postgres import connect

DOMAINS = "/services/zoom/domains"
# Of the organization that has met 20,000 companies: name of a page -> its address.
OF_MANY = {
    "people and domains": DOMAINS,
    "domains, companies": f"{DOMAINS}/companies",
    "domains, companies, page 200": f"{DOMAINS}/companies?page=200",
    "domains, companies, search": f"{DOMAINS}/companies?q=vast199",
    "domains, companies, changed": f"{DOMAINS}/companies?show=changed",
    "domains, a company": f"{DOMAINS}/company?domain=vast7.example",
    "domains, rules": f"{DOMAINS}/rules",
    "domains, preview of a merge": (
        f"{DOMAINS}/change?do=merge&domain=vast8.example&into=vast9.example"
    ),
    "domains, preview of an own domain": f"{DOMAINS}/change?do=add_own&domain=vast8.example",
    "clients": "/clients?period=all",
    "clients, search": "/clients?q=vast199&period=all",
    "clients, people by name": "/clients/people?sort=name",
}


@dataclass(frozen=True)
class Page:
    """With `fields`, a form that is answered by a preview."""

    path: str
    role: str = "executive"
    fields: dict[str, str] | None = None


def addresses(url: str) -> dict[str, Page]:
    """Name of a page -> its address, with the busiest day, company and person."""
    with connect(url) as connection:

        def one(query: str) -> Any:
            return rows.scalar(connection, object, query)

        busiest = one(
            "select started_at::date from timeline.activities where user_id = 'u1' "
            "group by 1 order by count(*) desc, 1 limit 1"
        )
        company = one("select company_id from clientsights.companies order by session_count desc")
        person = one("select person_id from clientsights.people order by session_count desc")
        first, month = (one(f"select (now() - interval '{days} days')::date") for days in (85, 30))
    zoom = "/services/zoom"
    # Every tenth Zoom user is not mapped; the first of them was in the most sessions.
    return {
        "overview": Page(f"{zoom}/overview"),
        "changes": Page(f"{zoom}/overview/changes"),
        "users": Page(f"{zoom}/users"),
        "users, search": Page(f"{zoom}/users?q=surname42"),
        "users, page 50": Page(f"{zoom}/users?page=50"),
        "users, unmapped": Page(f"{zoom}/users?show=unmapped"),
        "users, preview of all suggestions": Page(
            f"{zoom}/users/bulk", fields={"what": "all-suggested"}
        ),
        "users, without a Zoom user": Page(f"{zoom}/users?show=without"),
        "a user": Page(f"{zoom}/users/z8"),
        "mapping, preview": Page(f"{zoom}/users/z8/change?to=u8&since=day&day={first}"),
        "features": Page(f"{zoom}/features"),
        "features, search": Page(f"{zoom}/features?q=surname42"),
        "switches": Page(f"{zoom}/features/organization"),
        "switch, preview of a month": Page(switch(month)),
        "switch, preview of all days": Page(switch(first)),
        "switch of everybody, preview of a month": Page(
            f"{zoom}/features/many?feature=meetings&to=off&everybody=yes&since=day&day={month}"
        ),
        "connections": Page(f"{zoom}/connections"),
        "notifications": Page(f"{zoom}/notifications"),
        "exclusions": Page(f"{zoom}/privacy/exclusions"),
        "account": Page("/account"),
        "team, week": Page(f"/team?from={busiest}"),
        "team, week, manager": Page(f"/team?from={busiest}", "manager"),
        "team, month": Page(f"/team?month={busiest:%Y-%m}"),
        "team, by hours": Page(f"/team?from={busiest}&sort=-hours"),
        "team, page 50": Page(f"/team?from={busiest}&page=50"),
        "timeline, a full day": Page(f"/timeline?day={busiest}"),
        "timeline, a full day, manager": Page(f"/timeline?day={busiest}", "manager"),
        "timeline, a full week": Page(f"/timeline?week={busiest}"),
        "timeline, a full week, manager": Page(f"/timeline/u12?week={busiest}", "manager"),
        "timeline, the last day with entries": Page("/timeline"),
        "clients": Page("/clients"),
        "clients, all time, page 2": Page("/clients?period=all&page=2"),
        "clients, all by time": Page("/clients?period=all&sort=-time"),
        "clients, by strength": Page("/clients?period=30&sort=-strength"),
        "clients, quiet": Page("/clients?show=quiet"),
        "clients, search": Page("/clients?q=company+c19"),
        "clients, people": Page("/clients/people"),
        "clients, people, search": Page("/clients/people?q=person+19"),
        "clients, people by name": Page("/clients/people?sort=name"),
        "a company": Page(f"/clients/companies/{company}"),
        "a person": Page(f"/clients/people/{person}"),
        "search": Page("/search?q=19"),
        "search, topic": Page(f"/search?q={quote('Topic 42')}"),
        "search, manager": Page("/search?q=surname42", "manager"),
        **{f"{name}, 20,000 companies": Page(path, "vast") for name, path in OF_MANY.items()},
        "missing": Page("/missing"),
        "missing, by cause of a month": Page(f"/missing?from={month}"),
        "missing, by cause, manager": Page("/missing", "manager"),
        "missing, all of a week": Page("/missing?outcome=all"),
        "missing, not mapped": Page("/missing?outcome=not_mapped"),
        "missing, page 50": Page("/missing?outcome=all&page=50"),
        "missing, person": Page("/missing?person=surname42"),
        "missing, topic": Page(f"/missing?topic={quote('Topic 42')}"),
        "missing, a month": Page(f"/missing?person=surname42&from={month}"),
    }


def switch(day: str) -> str:
    preview = "/services/zoom/features/organization/change?feature=meetings&to=off"
    return f"{preview}&since=day&day={day}"
