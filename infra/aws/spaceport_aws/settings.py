"""What the person who deploys decides: CDK context, checked before anything is built.

`-c region=eu-central-1 -c mailIdentity=splats@example.com`; every refusal is one sentence that
names the context to give.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from spaceport_runtime.errors import UserError
from spaceport_runtime.service import Service

REQUIRED = {
    "region": "-c region=eu-central-1",
    "mail_identity": "-c mailIdentity=splats@example.com, an address or a domain that SES knows",
}
MACHINE = re.compile(
    r"(?P<type>ml\.[a-z0-9-]+\.[a-z0-9]+)(?::(?P<quota>\d+)(?::(?P<photos>\d+))?)?"
)


class Machine(BaseModel):
    """An instance type, how many of it the account may run at once, and for how many photos."""

    model_config = ConfigDict(frozen=True)

    instance_type: str
    quota: int = Field(ge=1)
    up_to_photos: int | None = None


def _words(value: Any) -> Any:
    return tuple(filter(None, value.split(","))) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Deployment(BaseModel):
    """One Spaceport in one region of one account; `machines` is by stage, smallest first."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )

    stage: str = Field(default="prod", pattern=r"^[a-z][a-z0-9]{0,11}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    mail_identity: str = Field(pattern=r"^([^@\s<>]+@)?[A-Za-z0-9.-]+\.[A-Za-z]{2,}$")
    alarm_email: str | None = Field(default=None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    domain: str | None = Field(default=None, pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")
    certificate_arn: str | None = Field(default=None, pattern=r"^arn:aws:acm:us-east-1:\d{12}:.+$")
    jwt_issuer: str | None = Field(default=None, pattern=r"^https://.+$")
    jwt_audience: Words = ()
    web_origins: Words = ()
    github_repo: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    image_tag: str = Field(default="latest", pattern=r"^[\w][\w.-]{0,127}$")
    spot: bool = True
    spot_attempts: int = Field(default=2, ge=0, le=10)
    vpc: bool = False
    isolate_jobs: bool = False
    budget_usd: int = Field(default=100, ge=1)
    requests_per_s: int = Field(default=20, ge=1)
    keep_uploads_days: int = Field(default=30, ge=1)
    keep_work_days: int = Field(default=30, ge=1)
    keep_logs: Literal[7, 14, 30, 60, 90, 180, 365] = 30
    delete_data: bool = False
    machines: Mapping[str, tuple[Machine, ...]] = {}

    @property
    def name(self) -> str:
        """What every name begins with; two stages in one account share none."""
        return "spaceport" if self.stage == "prod" else f"spaceport-{self.stage}"

    @property
    def stack_prefix(self) -> str:
        """What the stacks' names begin with."""
        return "Spaceport" if self.stage == "prod" else f"Spaceport-{self.stage}"

    @property
    def sender(self) -> str:
        """The From of every mail."""
        address = self.mail_identity
        return f"Spaceport <{address if '@' in address else 'spaceport@' + address}>"

    @property
    def alarm_address(self) -> str | None:
        """Who hears of alarms and of the budget."""
        return self.alarm_email or (self.mail_identity if "@" in self.mail_identity else None)

    @property
    def public_url(self) -> str | None:
        """Where people look, when the deployment has a domain of its own."""
        return f"https://{self.domain}" if self.domain else None


def read_settings(context: Mapping[str, Any], services: tuple[Service, ...]) -> Deployment:
    """The deployment that the context describes.

    Raises UserError, one sentence, for what is missing, unknown or impossible.
    """
    stages = [service.name for service in services if service.job]
    fields = {to_camel(name) for name in Deployment.model_fields} - {"machines"}
    _refuse_unknown(context, [*fields, *stages])
    for name, example in REQUIRED.items():
        if not context.get(to_camel(name)):
            raise UserError(f"The context {to_camel(name)} is missing.", f"Add {example}.")
    machines = {stage: _machines(stage, context.get(stage)) for stage in stages}
    values = {key: value for key, value in context.items() if key in fields}
    try:
        deployment = Deployment.model_validate({**values, "machines": machines})
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        told = f"The context {key}={values.get(key)!r} is not possible: {first['msg']}."
        raise UserError(told, f"Correct -c {key}=...") from error
    _refuse_halves(deployment)
    _refuse_likeness(deployment, services)
    return deployment


def _refuse_unknown(context: Mapping[str, Any], known: list[str]) -> None:
    """A setting that is misspelt must not be a setting that is ignored."""
    for key in context:
        if key in known or ":" in key or key.startswith("@"):  # CDK's own
            continue
        near = difflib.get_close_matches(key, known, 1)
        remedy = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
        raise UserError(f"There is no context {key}.", remedy)


def _machines(stage: str, text: Any) -> tuple[Machine, ...]:
    """`ml.c6i.2xlarge:1:300,ml.c6i.4xlarge:2` -> the machines of a stage, smallest first."""
    if not text:
        remedy = f"Add -c {stage}=TYPE:QUOTA, for example {stage}=ml.c6i.2xlarge:1."
        raise UserError(f"The context {stage}, the stage's machines, is missing.", remedy)
    machines = tuple(_machine(stage, word.strip()) for word in str(text).split(","))
    for machine in machines[:-1]:
        if machine.up_to_photos is None:
            kind = machine.instance_type
            remedy = f"Write {kind}:{machine.quota}:PHOTOS, the largest capture that it is for."
            raise UserError(f"{stage} takes {kind} for everything, and the next never.", remedy)
    return machines


def _machine(stage: str, word: str) -> Machine:
    match = MACHINE.fullmatch(word)
    if match is None:
        raise UserError(
            f"{stage}={word} is no SageMaker machine.", f"Write {stage}=ml.c6i.2xlarge:1."
        )
    if not match["quota"] or int(match["quota"]) < 1:
        raise UserError(
            f"{stage} names {match['type']} without a quota.",
            f"Write {match['type']}:N with the N that Service Quotas shows for it; at 0, ask AWS "
            "for at least 1 first.",
        )
    photos = int(match["photos"]) if match["photos"] else None
    return Machine(instance_type=match["type"], quota=int(match["quota"]), up_to_photos=photos)


def _refuse_halves(deployment: Deployment) -> None:
    if bool(deployment.domain) != bool(deployment.certificate_arn):
        raise UserError(
            "A domain needs its certificate, and a certificate its domain.",
            "Give both -c domain=... and -c certificateArn=... (in us-east-1), or neither.",
        )
    if bool(deployment.jwt_issuer) != bool(deployment.jwt_audience):
        raise UserError(
            "A sign-in of your own needs its issuer and its audience.",
            "Give both -c jwtIssuer=https://... and -c jwtAudience=..., or neither.",
        )


def _refuse_likeness(deployment: Deployment, services: tuple[Service, ...]) -> None:
    """`spaceport-sfm` is what the first deployment's sfm is called."""
    if deployment.stage in {service.name for service in services}:
        raise UserError(
            f"A stage cannot be called {deployment.stage}, for a service is.",
            "Choose another name with -c stage=..., such as dev.",
        )
