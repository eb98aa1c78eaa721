"""The page over HTTP: see fixtures.py, which tests/browser shares."""

from tests.page.fixtures import shared_site, site, zoom

__all__ = ["shared_site", "site", "zoom"]
