"""Which files of a delivered job go into the user's folder, and under what names."""

from fnmatch import fnmatchcase

from spaceport_contracts.events import Stage

REPORT_NAMES = ("report.json", "report.html")
# Per stage: which of its files, and the folder below the user's that they go to.
DELIVERED: dict[Stage, tuple[tuple[str, str], ...]] = {
    Stage.SFM: (("sparse/0/*", "sparse/"), ("geo.json", "sparse/")),
    Stage.TRAIN: (("scene.ply", ""), ("heldout/*", "heldout/")),
    Stage.COMPRESS: tuple(
        (name, "") for name in ("scene.sog", "coarse.sog", "preview.png", "flythrough.webp")
    ),
}


def delivered_path(stage: Stage, path: str) -> str | None:
    """Where a stage's file belongs in the user's folder; None for what stays in S3."""
    for pattern, folder in DELIVERED[stage]:
        if fnmatchcase(path, pattern):
            return folder + path.rpartition("/")[2]
    return None
