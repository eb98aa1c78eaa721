"""One database for many worlds, because together they cost no more batches than one of them."""

from collections.abc import Iterator

import pytest

from tests.databases import new_database
from tests.laws.driver import Pipeline, pipeline
from tests.pipeline.installation import template_with_tables


@pytest.fixture(scope="module")
def product(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """An installation on an empty database, for all tests of a module."""
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        pipeline(url, home=tmp_path_factory.mktemp("laws")) as made,
    ):
        yield made
