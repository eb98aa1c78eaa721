"""The page over HTTP: see fixtures.py and story.py, which tests/browser shares."""

from tests.web.page.fixtures import shared_site, site, zoom
from tests.web.page.numbers_story import numbers
from tests.web.page.story import story

__all__ = ["numbers", "shared_site", "site", "story", "zoom"]
