"""One rung of the ladder, done: features, pairs, matches, mapping; keeps what the next can use."""

from pathlib import Path

import pycolmap

from spaceport_sfm.job.mapping.ladder import Rung, Trial
from spaceport_sfm.job.mapping.mapper import map_globally, map_incrementally
from spaceport_sfm.job.mapping.roll import Roll
from spaceport_sfm.job.matching.database import create_database, verified_pairs, write_features
from spaceport_sfm.job.matching.features import extract_all
from spaceport_sfm.job.matching.likeness import FEATURES_PER_PHOTO, Descriptors, pairs_by_likeness
from spaceport_sfm.job.matching.match import match
from spaceport_sfm.job.matching.pairs import (
    Pair,
    choose_pairs,
    components,
    needs_likeness,
    ordered,
)
from spaceport_sfm.job.placing.positions import GpsPositions
from spaceport_sfm.job.task import Task, Tell

# Fewer features than COLMAP's minimum of inliers can never register.
MIN_FEATURES = 30
LINK_INLIERS = 15
# More than this cost more than the photos are worth.
MOST_PAIRS = 20_000


class Trials:
    """Runs rungs on one database, extracting and matching only what is new."""

    def __init__(self, task: Task, gps: GpsPositions, tell: Tell) -> None:
        self.groups: dict[int, int] = {}
        self.links: set[Pair] = set()
        self.featureless: list[int] = []
        self._task = task
        self._gps = gps
        self._tell = tell
        self._max_features = 0
        self._matched: set[Pair] = set()
        self._mapped: Rung | None = None
        self._models: list[pycolmap.Reconstruction] = []
        self._strongest: list[Descriptors] = []

    @property
    def database(self) -> Path:
        """COLMAP's database of the current features."""
        return self._task.work / "database.db"

    def run(self, rung: Rung) -> Trial[list[pycolmap.Reconstruction]]:
        """Do what `rung` asks for, on top of what is there."""
        if rung.max_features != self._max_features:
            self._extract(rung.max_features)
        before = self.links
        self._match(rung)
        group = components(len(self._task.photos), self.links)[0]
        if self.links != before or not rung.same_mapping(self._mapped):
            self._models = self._map(rung)
        self._mapped = rung
        return Trial(
            rung=rung,
            total=len(self._task.photos) - len(self.featureless) - self._strangers(rung, group),
            registered=self._models[0].num_reg_images() if self._models else 0,
            linked=len(group),
            model=self._models,
        )

    def _strangers(self, rung: Rung, group: list[int]) -> int:
        """Photos of cameras that took none of the group, once every pair was tried."""
        if not rung.every_pair:
            return 0
        cameras = [self._task.cameras[photo.camera].maker for photo in self._task.photos]
        ours = {cameras[index] for index in group}
        blank = set(self.featureless)
        return sum(
            bool(maker) and maker not in ours and index not in blank
            for index, maker in enumerate(cameras)
        )

    def _extract(self, max_features: int) -> None:
        task = self._task
        self.groups = create_database(self.database, task)
        self._strongest, self.featureless, self._matched, self.links = [], [], set(), set()
        paths = [task.images / photo.name for photo in task.photos]
        found = extract_all(paths, max_features, task.effort.feature_side_px, task.threads)
        total = 0
        self._tell("features", 0, len(paths), {})
        for index, features in enumerate(found):
            write_features(self.database, task.photos[index].name, features)
            self._strongest.append(features.descriptors[:FEATURES_PER_PHOTO])
            if len(features.descriptors) < MIN_FEATURES:
                self.featureless.append(index)
            total += len(features.descriptors)
            figures = {"features_per_photo": total / (index + 1)}
            self._tell("features", index + 1, len(paths), figures)
        self._max_features = max_features

    def _match(self, rung: Rung) -> None:
        task = self._task
        wanted = self._likely_pairs()
        if rung.every_pair:
            wanted |= self._lonely_pairs()
        usable = {
            pair for pair in wanted if not (set(pair) & set(self.featureless))
        } - self._matched
        if usable:
            count = len(usable)
            self._tell("matching", 0, count, {})
            match(self.database, task, usable, lambda n: self._tell("matching", n, count, {}))
        self._matched |= wanted
        self.links = verified_pairs(self.database, task.photos, LINK_INLIERS)

    def _likely_pairs(self) -> set[Pair]:
        photos = self._task.photos
        # Rounded positions do not tell who is whose neighbour.
        placed = self._gps.by_name if not self._gps.step_m else {}
        located = {
            index: placed[photo.name] for index, photo in enumerate(photos) if photo.name in placed
        }
        alike: set[Pair] = set()
        if needs_likeness(len(photos), len(located)):
            found = pairs_by_likeness(self._strongest, seed=self._task.seed)
            alike = {pair for pair in found if not set(pair) <= set(located)}
        return choose_pairs(photos, located, alike)

    def _lonely_pairs(self) -> set[Pair]:
        """Photos outside of the largest group with all others, or with those that look alike."""
        count = len(self._task.photos)
        inside = set(components(count, self.links)[0]) if self.links else set()
        lonely = [i for i in range(count) if i not in inside and i not in self.featureless]
        if len(lonely) * count <= MOST_PAIRS:
            return {ordered(a, b) for a in lonely for b in range(count) if a != b}
        alike = pairs_by_likeness(self._strongest, seed=self._task.seed)
        return {pair for pair in alike if not set(pair) <= inside}

    def _map(self, rung: Rung) -> list[pycolmap.Reconstruction]:
        if not self.links:
            return []
        count = len(self._task.photos)
        self._tell("mapping", 0, count, {})
        if rung.globally:
            return map_globally(self.database, self._task)

        roll = Roll(self._task.photos)

        def count_up(model: pycolmap.Reconstruction, points: int) -> None:
            registered = model.num_reg_images()
            figures = {"registered": float(registered), "points": float(points)}
            self._tell("mapping", registered, count, figures, roll.call(model))

        return map_incrementally(self.database, self._task, rung, count_up)
