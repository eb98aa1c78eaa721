"""The Missing page as a visitor reads it."""

import re
from html import unescape
from urllib.parse import urlencode

from tests.web.page.site import Visitor

NUMBER = "852 1234 5678"  # of every meeting of the story


def look(visitor: Visitor, **asked: str) -> str:
    answer = visitor.get(f"/missing?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(answer.text).split())


def rows(page: str) -> list[list[str]]:
    """The table's cells as text, row by row."""
    body = re.search(r"<tbody>(.*?)</tbody>", page)
    return [
        [
            " ".join(re.sub("<.*?>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body[1] if body else "")
    ]


def links(page: str) -> list[str]:
    return re.findall(r'href="(/missing/[^"]+)"', page)
