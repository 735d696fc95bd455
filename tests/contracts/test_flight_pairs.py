"""Which photo is which planned one."""

from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from spaceport_contracts.flight import paired


def line(planned: list[float], taken: list[float], reach_m: float) -> dict[int, int]:
    return paired(
        (abs(p - t), n, m)
        for n, p in enumerate(planned)
        for m, t in enumerate(taken)
        if abs(p - t) <= reach_m
    )


def test_a_neighbours_photo_is_not_ones_own() -> None:
    planned = [3.0 * n for n in range(20)]
    taken = [p + 0.4 for p in planned if p not in (12.0, 15.0)]
    assert set(range(20)) - line(planned, taken, 8.0).keys() == {4, 5}


def test_a_line_flown_out_of_step_lacks_none() -> None:
    planned = [3.0 * n for n in range(200)]
    taken = [p + 1.6 for p in planned]
    assert len(line(planned, taken, 8.0)) == 200


@given(
    st.lists(st.floats(0, 30), max_size=12),
    st.lists(st.floats(0, 30), max_size=12),
    st.floats(0.1, 8),
)
def test_as_many_as_can_be_and_none_twice(
    planned: list[float], taken: list[float], reach_m: float
) -> None:
    found = line(planned, taken, reach_m)
    assert len(set(found.values())) == len(found)
    assert all(abs(planned[p] - taken[t]) <= reach_m for p, t in found.items())
    if planned and taken:
        could = [[abs(p - t) <= reach_m for t in taken] for p in planned]
        most = maximum_bipartite_matching(csr_array(could), perm_type="column")
        assert len(found) == int((most >= 0).sum())
