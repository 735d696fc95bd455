"""Where in the bucket what lies: results for good, and what is only on the way to them.

Retention goes by the beginning of a key, because that is what S3's lifecycle rules know: captures
and everything below `work/` expire, what lies below `jobs/` never does by itself.
"""

RESULTS = "jobs"
WORK = "work"
AREAS = (RESULTS, WORK)
# What ingest copies and sfm makes is only there for the next stage.
ON_THE_WAY = ("ingest", "sfm")
# Among the checkpoints of a training: a photo that does not train, beside its render.
LOOK = "look.jpg"
# What a page asks for to begin with, and which file it is: the first of these that is there.
FIRST = "first.sog"
LEVELS = ("coarse.sog", "scene.sog")


def part_of_job(part: str, job_id: str, bucket: str) -> str:
    """The S3 prefix of what a stage (or ingest) keeps for a job."""
    area = WORK if part in ON_THE_WAY else RESULTS
    return f"{area_of(area, job_id, bucket)}{part}/"


def area_of(area: str, job_id: str, bucket: str) -> str:
    """The S3 prefix of a job in one of the areas."""
    return f"s3://{bucket}/{area}/{job_id}/"


def checkpoints_of(stage: str, job_id: str, effort: str, bucket: str) -> str:
    """The S3 prefix of a training's checkpoints: one for all attempts with the same effort."""
    return f"{area_of(WORK, job_id, bucket)}{stage}/checkpoints/{effort}/"
