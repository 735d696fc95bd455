"""The report's figures in plain words, with units, each with a line on what it means."""

from dataclasses import dataclass

from spaceport_contracts.estimate import Cost, Estimate
from spaceport_contracts.flight import FlightReport
from spaceport_contracts.report import Report, SecondsReport, SfmReport, TrainReport
from spaceport_notify.report.words import count, duration, megabytes, metres, short_count


@dataclass(frozen=True)
class Figure:
    """One figure: what it is called, its value with unit, what it tells."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True)
class FigureGroup:
    """A table of figures."""

    title: str
    figures: tuple[Figure, ...]


def headline(report: Report) -> tuple[Figure, ...]:
    """The strip of figures under the hero."""
    figures = []
    if report.photos:
        used = f"{report.photos.registered} of {report.photos.total}"
        figures.append(Figure("Photos used", used, "found their place in the scene"))
    if report.train:
        match = f"{report.train.heldout_psnr_db:.1f} dB"
        figures.append(Figure("Match", match, "PSNR on photos kept out until it was judged"))
        figures.append(
            Figure("Gaussians", short_count(report.train.gaussians), "make up the scene")
        )
    smaller = f"{report.compress.ratio:.1f} times smaller than uncompressed"
    figures.append(Figure("Download", megabytes(report.compress.bytes), smaller))
    figures.append(Figure("Ready in", duration(report.seconds.total), "from upload to delivery"))
    return tuple(figures)


def figure_groups(report: Report) -> tuple[FigureGroup, ...]:
    """Every table of the page; a stage that the job skipped has none."""
    groups = []
    if report.flight:
        groups.append(FigureGroup("Planned and flown", _flight(report.flight)))
    if report.sfm:
        groups.append(FigureGroup("Camera positions", _sfm(report.sfm)))
    if report.train:
        groups.append(FigureGroup("3D scene", _train(report.train)))
    groups.append(FigureGroup("Web file", _compress(report)))
    groups.append(FigureGroup("Time taken", _seconds(report.seconds, report.estimate)))
    return tuple(groups)


def _flight(flight: FlightReport) -> tuple[Figure, ...]:
    taken = f"{count(flight.taken)} of {count(flight.planned)} ({flight.covered_pct:g} %)"
    figures = [
        Figure(
            "Planned photos taken",
            taken,
            "With a photo of their own near the place, looking alike.",
        ),
        Figure("Missing", count(flight.missing), "Planned photos that nobody took."),
    ]
    if flight.typical_off_m is not None and flight.largest_off_m is not None:
        figures += [
            Figure("Off the plan", metres(flight.typical_off_m), "Half of the photos are nearer."),
            Figure("Furthest off", metres(flight.largest_off_m), flight.largest_off_photo),
        ]
    others = (
        ("Taken elsewhere", flight.elsewhere, "Far from every planned place."),
        ("Without a place", flight.without_place, "They cannot be held against the plan."),
    )
    return (*figures, *(Figure(name, count(n), means) for name, n, means in others if n))


def _sfm(sfm: SfmReport) -> tuple[Figure, ...]:
    gps = "no GPS" if sfm.gps_rms_m is None else metres(sfm.gps_rms_m)
    height_m = sfm.camera_height_above_ground_m
    height = "unknown" if height_m is None else f"{height_m:.1f} m"
    figures = (
        Figure(
            "Reprojection error",
            f"{sfm.reprojection_error_px:.2f} px",
            "How far points land from where the photos show them; below 1 px is good.",
        ),
        Figure(
            "Mean track length",
            f"{sfm.mean_track_length:.1f} photos",
            "In how many photos a point is seen on average; more overlap, more certainty.",
        ),
        Figure(
            "GPS residual",
            gps,
            "Typical distance between the camera positions found and the photos' GPS (rms).",
        ),
        Figure("Flying height", height, "Median height of the cameras above the ground."),
        Figure(
            "Sparse points",
            count(sfm.sparse_points),
            "Points on the ground that were measured from several photos.",
        ),
    )
    notes = (("Focal length", sfm.focal_note), ("Frame", sfm.frame_note))
    return (*figures, *(Figure(name, "", note) for name, note in notes if note))


def _train(train: TrainReport) -> tuple[Figure, ...]:
    return (
        Figure(
            "Gaussians", count(train.gaussians), "Soft coloured ellipsoids that form the scene."
        ),
        Figure("Training steps", count(train.steps), _steps(train)),
        Figure(
            "Held-out PSNR",
            f"{train.heldout_psnr_db:.2f} dB",
            f"Likeness to {len(train.heldout_photos)} test photos, which were kept out of training "
            "and of every choice in it; higher is better.",
        ),
        Figure(
            "Colour-corrected PSNR",
            f"{train.heldout_corrected_psnr_db:.2f} dB",
            "The same with each photo's exposure and white balance evened out.",
        ),
        Figure(
            "Held-out SSIM",
            f"{train.heldout_ssim:.3f}",
            "Likeness of structure and edges to those photos; 1 is identical.",
        ),
        *_detail(train),
        Figure(
            "Trained on",
            {"cpu": "CPU", "cuda": "GPU (CUDA)"}.get(train.rasteriser, train.rasteriser),
            "The hardware that did the training.",
        ),
    )


def _steps(train: TrainReport) -> str:
    said = "How often the scene was compared with a photo and improved"
    if train.planned_steps is not None and train.steps < train.planned_steps:
        said += f"; {count(train.planned_steps)} were planned, more did not help"
    if train.all_photos_steps:
        said += (
            f". After the scene was judged, all photos, those kept out too, trained it for "
            f"{count(train.all_photos_steps)} steps more"
        )
    return f"{said}."


def _detail(train: TrainReport) -> tuple[Figure, ...]:
    """Sharpness and what it was judged by; nothing for results from before there was any."""
    figures = []
    if train.heldout_sharpness:
        kept = " / ".join(f"{share:.0%}" for share in train.heldout_sharpness)
        energy = " / ".join(f"{share:.0%}" for share in train.heldout_energy)
        figures.append(
            Figure(
                "Sharpness",
                kept,
                "Share of the test photos' fine, middle and coarse detail that the scene shows at "
                f"its place. All its detail is {energy} of theirs; above 110 % is noise.",
            )
        )
    if train.pilots:
        tried = ", ".join(f"{count(it.gaussians)}: {it.mix_db:.2f} dB" for it in train.pilots)
        figures.append(
            Figure(
                "Numbers tried",
                tried,
                "Gaussians, and how well validation photos were predicted early in the training: "
                "PSNR, SSIM and sharpness in one figure. More must be clearly better to be taken.",
            )
        )
    return tuple(figures)


def _compress(report: Report) -> tuple[Figure, ...]:
    compress = report.compress
    return (
        Figure("Size", megabytes(compress.bytes), "What a browser downloads to open the scene."),
        Figure(
            "Compression",
            f"{compress.ratio:.1f} : 1",
            "Bytes of the uncompressed scene over bytes of this file.",
        ),
        Figure(
            "PSNR against uncompressed",
            f"{compress.psnr_vs_ply_db:.1f} dB",
            "What compression cost in quality; above 40 dB the eye sees no difference.",
        ),
    )


def _seconds(seconds: SecondsReport, told: Estimate | None) -> tuple[Figure, ...]:
    """What each stage took, beside what was estimated before it began."""
    costs = (told.sfm, told.train, told.compress, told.total) if told else (None,) * 4
    sfm, train, compress, total = costs
    stages = (
        ("Checking the photos", seconds.ingest, None, "Reading every photo and its GPS."),
        ("Camera positions", seconds.sfm, sfm, "Finding where each photo was taken (sfm)."),
        ("3D scene", seconds.train, train, "Training the Gaussians (train)."),
        ("Web file", seconds.compress, compress, "Compressing and checking it (compress)."),
        ("Total", seconds.total, total, "From upload to delivery, with waiting for machines."),
    )
    return tuple(
        Figure(name, duration(took_s) + _estimated(cost), meaning)
        for name, took_s, cost, meaning in stages
        if took_s is not None
    )


def _estimated(cost: Cost | None) -> str:
    if cost is None:
        return ""
    low, high = (duration(60 * minutes) for minutes in (cost.minutes.low, cost.minutes.high))
    return f" (estimated {low} to {high})"
