"""Laws of overlapping entries: none covers another, and no lane is wasted."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from integration.web.timeline.lanes import Place, assign_lanes

SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=25,
)


def overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@given(SPANS)
def test_no_two_spans_that_overlap_share_a_lane_or_differ_in_width(spans: list) -> None:
    placed = list(zip(spans, assign_lanes(spans), strict=True))
    for (one, place), (other, other_place) in combinations(placed, 2):
        if overlap(one, other):
            assert place.lane != other_place.lane
            assert place.lanes == other_place.lanes


@given(SPANS)
def test_there_are_as_few_lanes_as_the_greatest_overlap(spans: list) -> None:
    greatest = max((sum(b <= start < e for b, e in spans) for start, _ in spans), default=0)
    places = assign_lanes(spans)
    assert max((place.lane + 1 for place in places), default=0) == greatest
    assert all(place.lane < place.lanes <= greatest for place in places)


@given(SPANS, st.randoms(use_true_random=False))
def test_a_place_does_not_depend_on_the_order_of_the_spans(spans: list, random) -> None:
    spans = list(set(spans))
    before = dict(zip(spans, assign_lanes(spans), strict=True))
    random.shuffle(spans)
    assert dict(zip(spans, assign_lanes(spans), strict=True)) == before


def test_spans_that_touch_no_other_have_the_whole_width() -> None:
    assert assign_lanes([(0, 2), (1, 3), (3, 4)]) == [Place(0, 2), Place(1, 2), Place(0, 1)]
