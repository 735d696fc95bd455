"""Which machines this deployment has, for estimates."""

import os

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_contracts.estimate import Estimate
from spaceport_contracts.events import Stage
from spaceport_ingest.estimates.arithmetic import Ask, Fleet, estimate
from spaceport_runtime.service import Machine
from spaceport_runtime.stage.machines import smallest_for


class FleetSettings(BaseSettings):
    """The stages' machines on AWS, smallest first, as `runtime/stage/machines.py` chooses of them.

    None named: the jobs run as processes of this machine.
    """

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_FLEET_", frozen=True, extra="ignore")

    machines: dict[Stage, tuple[Machine, ...]] = Field(default_factory=dict)
    spot: bool = False


def estimate_here(ask: Ask, settings: FleetSettings) -> Estimate:
    """What the job will take in this deployment."""
    chosen = {
        stage: smallest_for(machines, ask.photos or None, ask.quality)
        for stage, machines in settings.machines.items()
    }
    machines = {stage: machine.instance_type for stage, machine in chosen.items() if machine}
    return estimate(ask, Fleet(machines, len(os.sched_getaffinity(0)), settings.spot))
