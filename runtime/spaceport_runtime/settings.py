"""The environment of every function, checked when the function starts."""

from dataclasses import replace

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_contracts.results import Rasteriser
from spaceport_runtime.service import JobSpec, Machine


class PlatformSettings(BaseSettings):
    """Where things are; the same for all services of one deployment."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_", frozen=True, extra="ignore")

    deployment: str = "spaceport"
    bucket: str
    bus_name: str = "spaceport"
    ledger_table: str = "spaceport-ledger"
    limits_table: str = "spaceport-limits"
    job_role_arn: str = "arn:aws:iam::000000000000:role/spaceport-job"
    retry_base_s: int = 5
    retry_max_s: int = 900
    progress_interval_s: float = Field(
        default=2.0, gt=0, description="between two words of a job about the same step, at least"
    )
    job_key_arn: str | None = None
    job_isolated: bool = Field(default=False, description="jobs without network: no live progress")
    job_subnets: str = Field(default="", description="comma-separated; empty: outside any VPC")
    job_security_groups: str = ""
    vain_wait_s: int = Field(
        default=86_400, description="waiting with nothing else running; then the user is told"
    )


class StageSettings(BaseSettings):
    """What a deployment may choose about a stage's job; None: as its `service.py` declares."""

    image: str | None = None
    instance_type: str | None = None
    machines: tuple[Machine, ...] | None = None
    rasteriser: Rasteriser | None = None

    def applied_to(self, job: JobSpec) -> JobSpec:
        """The job as this deployment runs it."""
        fields = type(self).model_fields
        chosen = {name: getattr(self, name) for name in fields if getattr(self, name) is not None}
        return replace(job, **chosen)
