"""One rung of the ladder, done: features, pairs, matches, mapping; keeps what the next can use."""

from pathlib import Path

import pycolmap

from spaceport_sfm.job.mapping.ladder import Attempt, Rung
from spaceport_sfm.job.mapping.mapper import map_globally, map_incrementally
from spaceport_sfm.job.matching.database import create_database, verified_pairs, write_features
from spaceport_sfm.job.matching.features import extract_all
from spaceport_sfm.job.matching.likeness import FEATURES_PER_PHOTO, Descriptors, pairs_by_likeness
from spaceport_sfm.job.matching.match import match
from spaceport_sfm.job.matching.pairs import (
    Pair,
    all_pairs,
    choose_pairs,
    components,
    needs_likeness,
)
from spaceport_sfm.job.placing.positions import GpsPositions
from spaceport_sfm.job.plan import Plan, Tell

# Fewer features than COLMAP's minimum of inliers can never register.
MIN_FEATURES = 30
LINK_INLIERS = 15


class Attempts:
    """Runs rungs on one database, extracting and matching only what is new."""

    def __init__(self, plan: Plan, gps: GpsPositions, tell: Tell) -> None:
        self.groups: dict[int, int] = {}
        self.links: set[Pair] = set()
        self.featureless: list[int] = []
        self._plan = plan
        self._gps = gps
        self._tell = tell
        self._max_features = 0
        self._matched: set[Pair] = set()
        self._strongest: list[Descriptors] = []

    @property
    def database(self) -> Path:
        """COLMAP's database of the current features."""
        return self._plan.work / "database.db"

    def run(self, rung: Rung) -> Attempt[list[pycolmap.Reconstruction]]:
        """Do what `rung` asks for, on top of what is there."""
        if rung.max_features != self._max_features:
            self._extract(rung.max_features)
        self._match(rung)
        models = self._map(rung)
        count = len(self._plan.photos)
        groups = components(count, self.links)
        return Attempt(
            rung=rung,
            total=count,
            registered=models[0].num_reg_images() if models else 0,
            linked=len(groups[0]),
            every_pair=len(self._matched) == count * (count - 1) // 2,
            model=models,
        )

    def _extract(self, max_features: int) -> None:
        plan = self._plan
        self.groups = create_database(self.database, plan)
        self._strongest, self.featureless, self._matched = [], [], set()
        paths = [plan.images / photo.name for photo in plan.photos]
        found = extract_all(paths, max_features, plan.settings.feature_side_px, plan.threads)
        total = 0
        self._tell("features", 0, len(paths), {})
        for index, features in enumerate(found):
            write_features(self.database, plan.photos[index].name, features)
            self._strongest.append(features.descriptors[:FEATURES_PER_PHOTO])
            if len(features.descriptors) < MIN_FEATURES:
                self.featureless.append(index)
            total += len(features.descriptors)
            figures = {"features_per_photo": total / (index + 1)}
            self._tell("features", index + 1, len(paths), figures)
        self._max_features = max_features

    def _match(self, rung: Rung) -> None:
        plan = self._plan
        wanted = all_pairs(len(plan.photos)) if rung.every_pair else self._likely_pairs()
        usable = {
            pair for pair in wanted if not (set(pair) & set(self.featureless))
        } - self._matched
        if usable:
            count = len(usable)
            self._tell("matching", 0, count, {})
            match(self.database, plan, usable, lambda n: self._tell("matching", n, count, {}))
        self._matched |= wanted
        self.links = verified_pairs(self.database, plan.photos, LINK_INLIERS)

    def _likely_pairs(self) -> set[Pair]:
        photos = self._plan.photos
        located = {
            index: self._gps.by_name[photo.name]
            for index, photo in enumerate(photos)
            if photo.name in self._gps.by_name
        }
        alike: set[Pair] = set()
        if needs_likeness(len(photos), len(located)):
            found = pairs_by_likeness(self._strongest, seed=self._plan.seed)
            alike = {pair for pair in found if not set(pair) <= set(located)}
        return choose_pairs(photos, located, alike)

    def _map(self, rung: Rung) -> list[pycolmap.Reconstruction]:
        if not self.links:
            return []
        count = len(self._plan.photos)
        self._tell("mapping", 0, count, {})
        if rung.globally:
            return map_globally(self.database, self._plan)

        def report(registered: int, points: int) -> None:
            figures = {"registered": float(registered), "points": float(points)}
            self._tell("mapping", registered, count, figures)

        return map_incrementally(self.database, self._plan, rung.relaxed, report)
