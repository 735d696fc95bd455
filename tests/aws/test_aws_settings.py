"""Bad context stops the synthesis with one sentence that names the context."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spaceport_aws.settings import read_settings
from spaceport_runtime.errors import UserError
from spaceport_topology.services import SERVICES
from tests.aws.templates import GIVEN

BAD = [
    ({"region": None}, "region is missing"),
    ({"mailIdentity": ""}, "mailIdentity is missing"),
    ({"train": None}, "train, the stage's machines, is missing"),
    ({"train": "ml.g5.xlarge"}, "without a quota"),
    ({"train": "ml.g5.xlarge:0"}, "without a quota"),
    ({"train": "g5.xlarge:1"}, "no SageMaker machine"),
    ({"train": "ml.g4dn.xlarge:1:100,,"}, "no SageMaker machine"),
    ({"sfm": "ml.c6i.2xlarge:1,ml.c6i.4xlarge:2"}, "for everything, and the next never"),
    ({"spto": "false"}, "Did you mean spot?"),
    ({"mailIdentity": "not a domain"}, "mailIdentity='not a domain' is not possible"),
    ({"mailIdentity": "a@b\r\nBcc: c@example.com"}, "is not possible"),
    ({"region": "Frankfurt"}, "region='Frankfurt' is not possible"),
    ({"stage": "Prod!"}, "stage='Prod!' is not possible"),
    ({"stage": "sfm"}, "A stage cannot be called sfm"),
    ({"account": "42"}, "account='42' is not possible"),
    ({"budgetUsd": "0"}, "budgetUsd='0' is not possible"),
    ({"keepLogs": "31"}, "keepLogs='31' is not possible"),
    ({"domain": "splats.example.com"}, "needs its certificate"),
    ({"jwtIssuer": "https://id.example.com"}, "needs its issuer and its audience"),
]


@pytest.mark.parametrize(("change", "told"), BAD)
def test_a_bad_context_is_one_sentence_with_a_remedy(
    change: dict[str, str | None], told: str
) -> None:
    context = {key: value for key, value in {**GIVEN, **change}.items() if value is not None}
    with pytest.raises(UserError) as refused:
        read_settings(context, SERVICES)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy


def test_the_defaults_are_the_quotas_that_the_account_has() -> None:
    machines = read_settings(GIVEN, SERVICES).machines
    found = {stage: [(m.instance_type, m.quota) for m in machines[stage]] for stage in machines}
    assert found == {
        "sfm": [("ml.c6i.2xlarge", 1)],
        "train": [("ml.g4dn.xlarge", 1)],
        "compress": [("ml.c6i.4xlarge", 2)],
    }


def test_text_from_the_command_line_becomes_values() -> None:
    given = {**GIVEN, "spot": "false", "budgetUsd": "250", "jwtIssuer": "https://id.example.com"}
    deployment = read_settings({**given, "jwtAudience": "web,phone"}, SERVICES)
    assert (deployment.spot, deployment.budget_usd) == (False, 250)
    assert deployment.jwt_audience == ("web", "phone")


def test_the_command_says_the_sentence_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "spaceport_aws", "-c", "region=eu-central-1"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CDK_")}
    done = subprocess.run(
        [*command, "-o", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The context mailIdentity is missing. "
        "Add -c mailIdentity=splats@example.com, an address or a domain that SES knows."
    ]
