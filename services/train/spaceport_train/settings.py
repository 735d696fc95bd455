"""The environment of train's functions."""

from pydantic_settings import SettingsConfigDict

from spaceport_runtime.settings import StageSettings


class Settings(StageSettings):
    """What a deployment may choose about the job; Spot machines cost about a third."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_TRAIN_", frozen=True, extra="ignore")

    use_spot: bool | None = None
    max_wait_s: int | None = None
    spot_attempts: int | None = None
