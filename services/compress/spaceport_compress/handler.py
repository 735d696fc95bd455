"""The Lambda entry points of compress."""

from spaceport_compress.finish import RESULT_TYPE, announce, output_prefix
from spaceport_compress.launch import plan
from spaceport_compress.service import SERVICE
from spaceport_compress.settings import Settings
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import StageHandlers
from spaceport_runtime.stage.kit import StageKit


def make_kit(platform: PlatformSettings) -> StageKit:
    """The stage, put together."""
    settings = Settings()
    return StageKit(
        service=SERVICE,
        result_type=RESULT_TYPE,
        plan=lambda run, cause: plan(run, cause, settings, platform),
        output_prefix=lambda run: output_prefix(run, platform),
        announce=announce,
    )


HANDLERS = StageHandlers(make_kit)
on_message = HANDLERS.on_message
on_sweep = HANDLERS.on_sweep
