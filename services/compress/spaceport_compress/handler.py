"""The Lambda entry points of compress."""

from spaceport_compress.finish import announce
from spaceport_compress.launch import order
from spaceport_compress.service import SERVICE
from spaceport_compress.settings import Settings
from spaceport_contracts.results import CompressResult
from spaceport_runtime.stage.handlers import stage

HANDLERS = stage(SERVICE, Settings, CompressResult, order, announce)
on_message = HANDLERS.on_message
on_sweep = HANDLERS.on_sweep
