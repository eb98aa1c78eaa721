"""Lists over several pages: page tokens that expire, lists without an end, and time limits."""

import time
from typing import Any

import pytest

from integration.zoom import paging
from integration.zoom.client import ZoomClient
from integration.zoom.errors import ListCutShort, PermanentZoomError, TransientZoomError
from tests.zoom.conftest import Clock, Tokens, ids_of, page


def test_a_stale_page_token_restarts_that_list_once(zoom: Any, zoom_client: ZoomClient) -> None:
    zoom.will_answer(200, page("1", then="stale"))
    zoom.will_answer(400, {"code": 300, "message": "The next page token is invalid or expired."})
    zoom.will_answer(200, page("1", then="fresh"))
    zoom.will_answer(200, page("2"))

    assert ids_of(zoom_client.phone_users()) == [["1"], ["1"], ["2"]]


def test_a_page_token_that_goes_stale_again_is_a_transient_error(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    for _ in range(2):
        zoom.will_answer(200, page("1", then="stale"))
        zoom.will_answer(400, {"code": 300, "message": "stale"})

    with pytest.raises(TransientZoomError, match="expired twice"):
        list(zoom_client.users())


@pytest.mark.parametrize("then", [("A", "A"), ("A", "B", "A"), ("A", "B", "C", "B")])
def test_a_list_that_names_a_page_twice_ends_after_what_it_delivered(
    zoom: Any, zoom_client: ZoomClient, then: tuple[str, ...]
) -> None:
    for number, token in enumerate(then):
        zoom.will_answer(200, page(str(number), then=token))
    pages = zoom_client.phone_users()

    assert ids_of(next(pages) for _ in then) == [[str(number)] for number in range(len(then))]
    with pytest.raises(ListCutShort, match="repeats itself"):
        next(pages)
    assert len(zoom.requests) == len(then)


def test_a_restarted_list_may_name_the_same_pages(zoom: Any, zoom_client: ZoomClient) -> None:
    zoom.will_answer(200, page("1", then="second"))
    zoom.will_answer(400, {"code": 300, "message": "stale"})
    zoom.will_answer(200, page("1", then="second"))
    zoom.will_answer(200, page("2"))

    assert ids_of(zoom_client.phone_users()) == [["1"], ["1"], ["2"]]


@pytest.mark.parametrize("ids", [(), ("1",)], ids=["empty pages", "pages with users"])
def test_a_list_without_an_end_is_cut_short(
    zoom: Any, zoom_client: ZoomClient, monkeypatch: pytest.MonkeyPatch, ids: tuple[str, ...]
) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 5)
    for number in range(7):
        zoom.will_answer(200, page(*ids, then=str(number)))

    with pytest.raises(ListCutShort, match="does not end"):
        list(zoom_client.phone_users())
    assert len(zoom.requests) == 5


def test_nothing_is_requested_when_the_time_is_up(zoom: Any, tokens: Tokens) -> None:
    late = ZoomClient(zoom.url, tokens, ends_at=time.monotonic())

    with pytest.raises(ListCutShort, match="in the time allowed"):
        next(late.users())
    assert (zoom.requests, tokens.asked) == ([], [])


def test_a_rate_limit_is_not_waited_out_beyond_the_time_limit(
    zoom: Any, clock: Clock, tokens: Tokens
) -> None:
    zoom.will_answer(429, {"code": 429}, Retry_After="55")
    hurried = ZoomClient(
        zoom.url,
        tokens,
        clock=lambda: clock.now,
        sleep=clock.sleep,
        ends_at=time.monotonic() + 50,
    )

    with pytest.raises(ListCutShort):
        next(hurried.users())
    assert clock.sleeps == []


def test_code_300_for_a_first_page_is_a_permanent_error(zoom: Any, zoom_client: ZoomClient) -> None:
    zoom.will_answer(400, {"code": 300, "message": "Validation Failed."})

    with pytest.raises(PermanentZoomError, match="HTTP 400, code 300"):
        list(zoom_client.users())
    assert len(zoom.requests) == 1
