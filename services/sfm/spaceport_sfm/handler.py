"""The Lambda entry points of sfm."""

from spaceport_contracts.results import SfmResult
from spaceport_runtime.stage.handlers import stage
from spaceport_sfm.finish import announce
from spaceport_sfm.launch import order
from spaceport_sfm.service import SERVICE
from spaceport_sfm.settings import Settings

HANDLERS = stage(SERVICE, Settings, SfmResult, order, announce)
on_message = HANDLERS.on_message
on_sweep = HANDLERS.on_sweep
