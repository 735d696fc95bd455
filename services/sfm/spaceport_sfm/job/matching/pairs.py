"""Which photos are worth comparing."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spaceport_sfm.job.photos.order import taking_order
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.task import TaskPhoto

NEIGHBOURS = 12
SEQUENCE_REACH = 5
EXHAUSTIVE_LIMIT = 60

Pair = tuple[int, int]


def all_pairs(count: int) -> set[Pair]:
    """Every photo with every other."""
    return {(a, b) for a in range(count) for b in range(a + 1, count)}


def pairs_in_sequence(order: Sequence[int], reach: int = SEQUENCE_REACH) -> set[Pair]:
    """Each photo with the `reach` that were taken after it."""
    return {
        ordered(order[i], order[j])
        for i in range(len(order))
        for j in range(i + 1, min(i + reach + 1, len(order)))
    }


def pairs_by_position(positions: Mapping[int, Points], nearest: int = NEIGHBOURS) -> set[Pair]:
    """Each photo with its `nearest` by horizontal distance.

    Args:
        positions: ENU metres [3] by photo index.
    """
    indices = list(positions)
    ground = np.array([positions[index][:2] for index in indices]).reshape(-1, 2)
    pairs: set[Pair] = set()
    for row, index in enumerate(indices):
        distances_m = np.linalg.norm(ground - ground[row], axis=1)
        distances_m[row] = np.inf
        closest = np.argsort(distances_m, kind="stable")[: min(nearest, len(indices) - 1)]
        pairs.update(ordered(index, indices[column]) for column in closest)
    return pairs


def choose_pairs(
    photos: Sequence[TaskPhoto], positions: Mapping[int, Points], alike: Iterable[Pair]
) -> set[Pair]:
    """The pairs to match.

    All of them for a small capture with any photo that GPS does not place; else GPS neighbours,
    sequence neighbours, and for photos without a position those that look `alike`.
    """
    if len(positions) < len(photos) <= EXHAUSTIVE_LIMIT:
        return all_pairs(len(photos))
    pairs = pairs_in_sequence(taking_order(photos)) | pairs_by_position(positions)
    return pairs | set(alike)


def needs_likeness(count: int, located: int) -> bool:
    """Neither GPS nor brute force covers every photo."""
    return located < count and count > EXHAUSTIVE_LIMIT


def ordered(a: int, b: int) -> Pair:
    """A pair has no direction."""
    return (a, b) if a < b else (b, a)


def components(count: int, pairs: Iterable[Pair]) -> list[list[int]]:
    """Groups of photos that hang together, largest first."""
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    groups = [np.flatnonzero(labels == label).tolist() for label in np.unique(labels)]
    return sorted(groups, key=len, reverse=True)
