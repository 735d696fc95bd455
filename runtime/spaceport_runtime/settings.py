"""The environment of every function, checked when the function starts."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """Where things are; the same for all services of one deployment."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_", frozen=True, extra="ignore")

    deployment: str = "spaceport"
    bucket: str
    bus_name: str = "spaceport"
    ledger_table: str = "spaceport-ledger"
    job_role_arn: str = "arn:aws:iam::000000000000:role/spaceport-job"
    retry_base_s: int = 5
    retry_max_s: int = 900
