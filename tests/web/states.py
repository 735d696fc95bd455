"""Jobs in every state, in the API's own words, for pages whose states take luck or hours."""

from typing import Any

JOB = "0123456789abcdef0123456789abcdef"
SFM_DONE = {
    "photos_registered": 27,
    "photos_total": 28,
    "reprojection_error_px": 0.32,
    "mean_track_length": 4.2,
    "gps_rms_m": 0.71,
}


def _stage(name: str, state: str, **more: Any) -> dict[str, Any]:
    return {"stage": name, "state": state, "seconds": None, "figures": {}, **more}


def job(**more: Any) -> dict[str, Any]:
    """A job that waits for its first machine, and what is different about it."""
    queued = [_stage(name, "queued") for name in ("sfm", "train", "compress")]
    return {
        "job_id": JOB,
        "title": "The old mill, from the north",
        "status": "queued",
        "stage": "sfm",
        "progress": None,
        "place": None,
        "stages": queued,
        "reason": None,
        "remedy": None,
        "report": None,
        "scene": None,
        "attempt": 1,
        "created_at": "2026-11-28T08:00:00Z",
        "updated_at": "2026-11-28T08:04:00Z",
        "estimated": None,
        "seconds_left": None,
        **more,
    }


_DONE = _stage("sfm", "done", seconds=84.0, figures=SFM_DONE)

STATES: dict[str, dict[str, Any]] = {
    "waiting": job(
        status="waiting",
        place=3,
        stages=[_stage("sfm", "waiting"), _stage("train", "queued"), _stage("compress", "queued")],
    ),
    "training": job(
        status="running",
        stage="train",
        seconds_left=215.0,
        progress={
            "step": "train",
            "n": 840,
            "m": 1610,
            "seconds_left": 171.0,
            "figures": {"gaussians": 37406.0, "loss": 0.0912, "psnr_db": 23.4},
        },
        stages=[_DONE, _stage("train", "running"), _stage("compress", "queued")],
    ),
    "failed": job(
        status="failed",
        stage="sfm",
        reason="Only 4 of 28 photos could be placed: they overlap too little.",
        remedy="Photograph again with 70 % overlap or more, as the planner lays it out.",
        stages=[
            _stage("sfm", "failed"),
            _stage("train", "not_reached"),
            _stage("compress", "not_reached"),
        ],
    ),
    "cancelled": job(
        status="cancelled",
        stage="train",
        stages=[_DONE, _stage("train", "cancelled"), _stage("compress", "not_reached")],
    ),
    "rejected": job(
        status="rejected",
        stage=None,
        reason="There is no photo in this zip.",
        remedy="Put the photos themselves into it, and upload it again.",
        stages=[_stage(name, "not_reached") for name in ("sfm", "train", "compress")],
    ),
    "delivered": job(
        status="delivered",
        stage=None,
        scene=f"/jobs/{JOB}/files/scene.sog",
        report=f"/jobs/{JOB}/files/report.html",
        stages=[
            _DONE,
            _stage(
                "train",
                "done",
                seconds=282.0,
                figures={"gaussians": 37406, "steps": 1610, "heldout_psnr_db": 25.05},
            ),
            _stage("compress", "done", seconds=27.0, figures={"bytes": 980691, "ratio": 9.5}),
        ],
    ),
}


# Eight of twelve photos are in.
PLACING = job(
    status="running",
    stage="sfm",
    seconds_left=420.0,
    progress={
        "step": "mapping",
        "n": 8,
        "m": 12,
        "seconds_left": None,
        "figures": {"registered": 8.0, "points": 2410.0},
        "roll": "/wA=",
    },
    stages=[_stage("sfm", "running"), _stage("train", "queued"), _stage("compress", "queued")],
)


PSNR_DB = (14.2, 18.9, 21.0, 22.3, 22.9, 23.4)


def events(psnr_db: tuple[float, ...] = PSNR_DB) -> dict[str, Any]:
    """The events of the job that trains, or of one that does not yet (no PSNR); `over`, so that
    nobody asks again."""
    stage = "train" if psnr_db else "sfm"
    begun: dict[str, Any] = {"type": "StageStarted", "stage": stage, "instance_type": "local"}
    told = [begun] + [
        {
            "type": "StageProgressed",
            "stage": "train",
            "step": "train",
            "n": 140 * (index + 1),
            "m": 1610,
            "figures": {"psnr_db": value},
        }
        for index, value in enumerate(psnr_db)
    ]
    dated = [
        {"seq": seq, "attempt": 1, "occurred_at": f"2026-11-28T08:02:{seq:02}Z", **event}
        for seq, event in enumerate(told, 1)
    ]
    return {"events": dated, "next": len(dated), "over": True}


def shares() -> dict[str, Any]:
    """Two links to the delivered job."""
    made = "2026-11-28T09:00:00Z"
    ends = ("2026-11-29T09:00:00Z", "2027-11-28T09:00:00Z")
    return {
        "shares": [
            {"shareId": f"{index:032}", "createdAt": made, "expiresAt": end}
            for index, end in enumerate(ends)
        ]
    }


def listing() -> dict[str, Any]:
    """A list with one job of each kind."""
    kept = ("job_id", "title", "status", "stage", "attempt", "created_at")
    rows = [
        {**{name: state[name] for name in kept}, "job_id": f"{index:032}", "title": title}
        for index, (title, state) in enumerate(
            zip(
                (
                    "Harbour wall",
                    "The old mill, from the north",
                    "Quarry, east face",
                    "Vineyard",
                    "Holiday pictures",
                    "Chapel",
                ),
                STATES.values(),
                strict=True,
            )
        )
    ]
    return {"jobs": rows, "next": None}
