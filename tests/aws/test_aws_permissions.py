"""Least privilege, role by role: a new permission shows in the diff of `permissions.json`."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from spaceport_aws.access.functions import function_grants
from spaceport_aws.access.jobs import job_grants
from spaceport_aws.names import Names
from spaceport_topology.services import SERVICES
from tests.aws.templates import EVERYTHING, assembly, flat

GOLDEN = Path(__file__).with_name("permissions.json")
NAMES = Names("spaceport", "eu-central-1", "111122223333")
WRITE = "python -m tests.aws.test_aws_permissions"
NO_RESOURCE = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "ses:GetIdentityVerificationAttributes",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def roles(extra: tuple[tuple[str, str], ...] = ()) -> dict[str, list[str]]:
    """Role -> every action on every resource, with its conditions."""
    found: dict[str, list[str]] = {}
    for stack, resource in assembly(extra).resources("AWS::IAM::Role"):
        properties = resource["Properties"]
        name = properties.get("Description", "without a description")
        lines = found.setdefault(f"{stack}: {name}", [])
        for policy in properties.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                lines += list(written(flat(statement)))
        lines.sort()
    return found


def written(statement: dict[str, Any]) -> list[str]:
    condition = statement.get("Condition")
    when = f" when {json.dumps(condition, sort_keys=True)}" if condition else ""
    return [
        f"{action} on {resource}{when}"
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_every_role_may_do_what_was_reviewed_and_no_more() -> None:
    assert roles() == json.loads(GOLDEN.read_text()), f"meant? then: {WRITE}"


@pytest.mark.parametrize("extra", [(), EVERYTHING], ids=["plain", "everything"])
def test_no_role_holds_what_aws_manages_nor_a_star(extra: tuple[tuple[str, str], ...]) -> None:
    for _, resource in assembly(extra).resources("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in resource["Properties"]
    for lines in roles(extra).values():
        for line in lines:
            action, _, rest = line.partition(" on ")
            assert "*" not in action
            star = rest == "*" or rest.startswith("* when")
            assert not star or action in NO_RESOURCE or action.startswith("ec2:"), line


def test_every_star_says_what_it_stands_for() -> None:
    grants = [
        grant
        for service in SERVICES
        for entry in ("on_message", "on_sweep", "on_request")
        for grant in function_grants(service, entry, NAMES, "key", "role", "splats@example.com")
    ]
    stages = [service for service in SERVICES if service.job]
    grants += [grant for stage in stages for grant in job_grants(stage, NAMES, "key", True)]
    for grant in grants:
        assert grant.why or not any("*" in resource for resource in grant.resources), grant


def test_a_job_reads_and_writes_and_speaks_for_its_own_stage_only() -> None:
    lines = roles()["Spaceport-Train: Spaceport: the job of train"]
    writes = [line for line in lines if line.startswith("s3:PutObject")]
    places = {line.partition("eu-central-1/")[2] for line in writes}
    assert places == {"jobs/*/train/*", "work/*/train/*"}  # results, and checkpoints
    (spoken,) = [line for line in lines if line.startswith("events:PutEvents")]
    assert '"events:source": "spaceport.train"' in spoken
    assert '"events:detail-type": ["StageProgressed"]' in spoken


def test_a_job_s_webhook_is_read_by_notify_alone() -> None:
    """Its secret lies in the file."""
    readers = {
        role.rpartition(": ")[2]
        for role, lines in roles(EVERYTHING).items()
        for line in lines
        if line.startswith("s3:GetObject on ")
        and fnmatchcase("hooks/0123.json", line.partition("eu-central-1/")[2].partition(" when")[0])
    }
    assert readers == {"on_message of notify"}


def test_github_comes_in_by_oidc_and_only_main_may_change_anything() -> None:
    roles_of_ci = assembly(EVERYTHING).properties("AWS::IAM::Role", "Spaceport-dev-Ci")
    subjects = {}
    for role in roles_of_ci:
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
        subject = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        subjects[subject] = json.dumps(role["Policies"])
    assert set(subjects) == {
        "repo:someone/spaceport:ref:refs/heads/main",
        "repo:someone/spaceport:pull_request",
    }
    looking = subjects["repo:someone/spaceport:pull_request"]
    assert "lookup-role" in looking
    assert "deploy-role" not in looking
    assert "ecr:" not in looking
    changing = subjects["repo:someone/spaceport:ref:refs/heads/main"]
    repositories = {word for word in changing.split('"') if ":repository/" in word}
    assert {each.rpartition("/")[2] for each in repositories} == {
        f"spaceport-dev-{stage}" for stage in ("sfm", "train", "compress")
    }


def test_a_job_is_made_and_tagged_in_the_name_of_its_deployment_only() -> None:
    lines = roles(EVERYTHING)["Spaceport-dev-Train: Spaceport: on_message of train"]
    made = [line for line in lines if line.startswith("sagemaker:Create")]
    tagged = [line for line in lines if line.startswith("sagemaker:AddTags")]
    assert all('"aws:RequestTag/spaceport:deployment": "spaceport-dev"' in line for line in made)
    assert all('"sagemaker:TaggingAction": "CreateTrainingJob"' in line for line in tagged)
    assert made
    assert tagged


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(roles(), indent=1) + "\n")
