"""The templates' environment: auto-escaping, errors for undefined values, times in a zone."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.templating import Jinja2Templates

from integration.dates import DateStyle
from integration.directory.rights import ROLE_NAMES, Right, someone_who_may, who_may
from integration.figures.quiet import QUIET_AFTER
from integration.identity.identity_settings import TITLES as RULE_TITLES
from integration.quantities import noun, quantity
from integration.web.exclusions.words import EXCLUDED_KINDS
from integration.web.page.navigation import current_label, is_current, is_open, navigation
from integration.web.page.time_zone import zoned
from integration.web.privacy_settings.words import change_in_words
from integration.zoom.features import FEATURES

PAGE = Path(__file__).parent
WEB = PAGE.parent
STATIC = PAGE / "static"


@cache  # compiling a page's templates takes longer than rendering them
def make_templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(WEB),  # a page's templates are in the same folder as its routes
        autoescape=True,
        auto_reload=False,  # code and templates stay the same version while an update is copied
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["zoned"] = zoned
    environment.filters["as_time"] = as_time
    environment.filters["breakable"] = breakable
    environment.filters["with_breakable_urls"] = with_breakable_urls
    environment.globals.update(
        FEATURES=FEATURES,
        Right=Right,
        QUIET_DAYS=QUIET_AFTER.days,
        ROLE_NAMES=ROLE_NAMES,
        RULE_TITLES=RULE_TITLES,
        EXCLUDED_KINDS=EXCLUDED_KINDS,
        privacy_change=change_in_words,
        who_may=who_may,
        someone_who_may=someone_who_may,
        quantity=quantity,
        noun=noun,
        navigation=navigation,
        is_current=is_current,
        is_open=is_open,
        current_label=current_label,
        static=_static_addresses(),
    )
    return Jinja2Templates(env=environment)


def as_time(moment: datetime, time_zone: str, dates: DateStyle) -> Markup:
    """A moment to the minute, and in full in its title. In a long list, a template's expression for
    each part takes twice as long.
    """
    local = zoned(moment, time_zone)
    tag = f'<time datetime="{moment.isoformat()}" title="{dates.in_full_at(local)}">'
    return Markup(f"{tag}{dates.at(local)}</time>")  # noqa: S704  (has no text of others)


def breakable(address: str) -> Markup:
    """An email address or a domain that may be broken after its marks instead of within a word."""
    return Markup("<wbr>").join(re.split(r"(?<=[@._+-])", address))


def with_breakable_urls(text: str) -> Markup:
    """A sentence whose URLs may be broken after their slashes."""
    parts = re.split(r"(https?://\S+)", text)
    return Markup("").join(
        Markup("<wbr>").join(re.split(r"(?<=/)(?!/)", part)) if number % 2 else part
        for number, part in enumerate(parts)
    )


def _static_addresses() -> Callable[[str], str]:
    """File name -> address with a hash of the content, so that browsers can cache it forever."""
    versions = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir()
    }
    return lambda name: f"/static/{name}?v={versions[name]}"
