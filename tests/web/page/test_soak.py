"""A part of `make requests`: no request of any kind causes a server error."""

from tests.web.page.site import Site
from tests.web.page.soak import soak


def test_no_request_of_any_kind_causes_a_server_error(site: Site) -> None:
    assert soak(site, 3000, seed=2) == []
