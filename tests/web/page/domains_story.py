"""A site with two companies, a mailbox provider and a marketplace's relay among those met, and the
ways to change what they count as.
"""

import re
from datetime import timedelta
from html import unescape

from tests.pipeline.events import Person, Session
from tests.web.page.batched import ACCOUNT, DAY, MEMBER, Batched
from tests.web.page.site import Visitor
from tests.web.page.zoom_users import words

PATH = "/services/zoom/domains"
CHANGE = f"{PATH}/change"
ANN = Person("Ann Acme", email="ann@fabrikam.com")
BOB = Person("Bob Acme", email="bob@fabrikam.co.uk")
CARL = Person("Carl Contoso", email="carl@contoso.com")
DORA = Person("Dora Free", email="dora@gmail.com")
SELLER = Person("Sam Seller", email="sam@guest.booking.com")
BOOKING = Person("Berta Booking", email="berta@booking.com")
CLIENTS = Session(
    ACCOUNT, "clients", MEMBER.zoom_user_id, DAY + timedelta(hours=15), DAY + timedelta(hours=16)
)
CALL = Session(
    ACCOUNT, "call", MEMBER.zoom_user_id, DAY + timedelta(hours=17), DAY + timedelta(hours=18)
)
MORE = {
    CLIENTS: [MEMBER, ANN, BOB, CARL, DORA, SELLER, BOOKING],
    CALL: [MEMBER, ANN],
}
COMPANIES = (
    "select domain, name, name_source, person_count from clientsights.companies "
    "where organization_id = 'acme' and domain ~ '(fabrikam|contoso|gmail|booking)' order by 1"
)
ASKED = {
    "rename": {"do": "rename", "domain": "fabrikam.com", "name": "Fabrikam & Sons"},
    "merge": {"do": "merge", "domain": "fabrikam.co.uk", "into": "fabrikam.com"},
    "no_company": {"do": "no_company", "domain": "contoso.com"},
    "company": {"do": "company", "domain": "gmail.com"},
    "add_own": {"do": "add_own", "domain": "https://www.Contoso.com/"},
    "rule": {"do": "rule", "rule": "free_mail", "value": "off"},
    "endings": {"do": "endings", "value": ".corp lan"},
}


def text_of(page: str) -> str:
    """The page's text without its menu."""
    return words(unescape(page[page.index("<main") :]))


def look(visitor: Visitor, path: str, **query: str) -> str:
    answer = visitor.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


def save(visitor: Visitor, asked: dict[str, str]) -> str:
    """Saves a change as its preview does; returns the text of the page that follows."""
    page = visitor.get(CHANGE, params=asked)
    assert page.status_code == 200, page.text
    form = re.search(rf'<form method="post" action="{CHANGE}">(.*?)</form>', page.text, re.DOTALL)
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])
    answer = visitor.send(CHANGE, [(name, unescape(value)) for name, value in fields])
    assert answer.status_code == 303, answer.text
    return visitor.follow(answer.headers["location"]).text


def undo(visitor: Visitor, page: str) -> None:
    """Presses the button beside the saved change."""
    entry = re.search(r'name="entry" value="(\d+)"', page)[1]
    answer = visitor.post(f"{PATH}/undo", {"entry": entry})
    assert answer.status_code == 303, answer.text


def settings(batched: Batched) -> list[list[tuple[str, ...]]]:
    """All rows that these pages write, without who and when."""
    return [
        batched.site.rows(
            "select domain, company_domain, company_name, names_only "
            "from integration.domain_overrides order by 1"
        ),
        batched.site.rows("select domain from integration.own_domains order by 1"),
        batched.site.rows("select name, value from integration.identity_settings order by 1"),
    ]
