"""A share of `make soak`: no request of any kind is answered with an error of ours."""

from tests.web.page.site import Site
from tests.web.page.soak import soak


def test_no_request_of_any_kind_is_answered_with_an_error_of_ours(site: Site) -> None:
    assert soak(site, 3000, seed=2) == []
