"""The completion event of compress; it is what the user waits for."""

from spaceport_contracts.artifacts import Artifact
from spaceport_contracts.events import SplatCompressed
from spaceport_contracts.results import CompressResult
from spaceport_runtime.stage.outputs import OutputsBroken
from spaceport_runtime.stage.recipe import Finished

SCENE = "scene.sog"


def announce(finished: Finished[CompressResult]) -> SplatCompressed:
    """SplatCompressed with the scene that the browser downloads; raises OutputsBroken."""
    result = finished.result
    scene = next((file for file in result.files if file.path == SCENE), None)
    if scene is None:
        raise OutputsBroken(f"the job left no {SCENE}")
    uri = finished.outputs.prefix + scene.path
    return finished.completion(
        SplatCompressed,
        scene=Artifact(uri=uri, bytes=scene.bytes, sha256=scene.sha256),
        gaussians=result.gaussians,
        bytes=result.bytes,
        ratio=result.ratio,
        psnr_vs_ply_db=result.psnr_vs_ply_db,
    )
