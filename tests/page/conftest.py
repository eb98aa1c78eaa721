"""The page over HTTP: see fixtures.py and story.py, which tests/browser shares."""

from tests.page.fixtures import shared_site, site, zoom
from tests.page.story import story
from tests.pipeline.conftest import pytest_configure  # what a batch in this process warns of

__all__ = ["pytest_configure", "shared_site", "site", "story", "zoom"]
