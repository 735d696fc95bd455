"""The Lambda entry points of train."""

from spaceport_contracts.results import TrainResult
from spaceport_runtime.stage.handlers import stage
from spaceport_train.finish import announce
from spaceport_train.launch import order
from spaceport_train.service import SERVICE
from spaceport_train.settings import Settings

HANDLERS = stage(SERVICE, Settings, TrainResult, order, announce)
on_message = HANDLERS.on_message
on_sweep = HANDLERS.on_sweep
