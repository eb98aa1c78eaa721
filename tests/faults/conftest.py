"""The pipeline's fixtures: an installation on a database of the test's own."""

from tests.pipeline.conftest import home, installation, pytest_configure, zoom_url

__all__ = ["home", "installation", "pytest_configure", "zoom_url"]
