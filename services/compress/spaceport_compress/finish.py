"""The completion event of compress; it is what the user waits for."""

from spaceport_compress.service import JOB
from spaceport_contracts.artifacts import Artifact
from spaceport_contracts.events import Event, SplatCompressed
from spaceport_contracts.results import CompressResult
from spaceport_runtime.lineage import follow
from spaceport_runtime.ports import Platform, Run
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.kit import Finished
from spaceport_runtime.stage.requests import output_prefix as prefix_of

RESULT_TYPE = CompressResult
SCENE = "scene.sog"


def output_prefix(run: Run, platform: PlatformSettings) -> str:
    """Where the job's outputs lie."""
    return prefix_of(platform.bucket, run, JOB)


def announce(finished: Finished, platform: Platform) -> Event:
    """SplatCompressed with the scene that the browser downloads."""
    result = finished.result
    if not isinstance(result, CompressResult):
        raise TypeError(f"compress cannot announce a {type(result).__name__}")
    scene = next(file for file in result.files if file.path == SCENE)
    uri = finished.outputs.prefix + scene.path
    return follow(
        SplatCompressed,
        finished.cause,
        finished.run.key.attempt,
        platform.clock(),
        outputs=finished.outputs,
        scene=Artifact(uri=uri, bytes=scene.bytes, sha256=scene.sha256),
        gaussians=result.gaussians,
        bytes=result.bytes,
        ratio=result.ratio,
        psnr_vs_ply_db=result.psnr_vs_ply_db,
        seconds=finished.seconds,
    )
