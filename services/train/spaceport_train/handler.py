"""The Lambda entry points of train."""

from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import StageHandlers
from spaceport_runtime.stage.kit import StageKit
from spaceport_train.finish import RESULT_TYPE, announce, output_prefix
from spaceport_train.launch import plan
from spaceport_train.service import SERVICE
from spaceport_train.settings import Settings


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
