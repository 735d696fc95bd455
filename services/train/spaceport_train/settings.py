"""The environment of train's functions."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_train.service import JOB


class Settings(BaseSettings):
    """Where and on what the job runs; Spot machines cost about a third."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_TRAIN_", frozen=True, extra="ignore")

    image: str = "spaceport-train:latest"
    instance_type: str = JOB.instance_type
    use_spot: bool = True
    max_wait_s: int = 2 * JOB.max_runtime_s
