"""What is said before anything is created, and how the site is put."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from spaceport_aws.names import GITHUB, Names
from spaceport_aws.preflight import troubles
from spaceport_aws.publish import FOR_EVER, NEVER, pages_of, publish
from spaceport_aws.settings import read_settings
from spaceport_notify.tables import TABLE_DEFINITION
from spaceport_runtime.errors import UserError
from spaceport_topology.services import SERVICES
from tests.aws.templates import GIVEN

REGION = GIVEN["region"]
NAMES = Names("spaceport", REGION, "123456789012")
DEPLOYMENT = read_settings(GIVEN, SERVICES)


def session() -> Any:
    return boto3.Session(aws_access_key_id="t", aws_secret_access_key="t", region_name=REGION)


@mock_aws
def test_an_account_that_is_ready_has_no_trouble() -> None:
    session().client("ses").verify_email_identity(EmailAddress="splats@example.com")
    assert list(troubles(DEPLOYMENT, NAMES, session())) == []


@mock_aws
def test_a_bucket_that_exists_is_said_before_anything_is_created() -> None:
    session().client("s3").create_bucket(
        Bucket=NAMES.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    found = list(troubles(DEPLOYMENT, NAMES, session()))
    assert found[0].startswith(f"The bucket {NAMES.bucket} exists already")
    assert found[1].startswith("SES does not send for splats@example.com")


@mock_aws
@pytest.mark.parametrize("suffix", ["", "-logs", "-web", "-web-logs"])
def test_every_bucket_is_looked_for(suffix: str) -> None:
    session().client("ses").verify_email_identity(EmailAddress="splats@example.com")
    session().client("s3").create_bucket(
        Bucket=NAMES.bucket + suffix, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    (found,) = troubles(DEPLOYMENT, NAMES, session())
    assert found.startswith(f"The bucket {NAMES.bucket}{suffix} exists already")


@mock_aws
def test_what_was_kept_when_a_deployment_was_torn_down_is_said() -> None:
    session().client("ses").verify_email_identity(EmailAddress="splats@example.com")
    dynamodb = session().client("dynamodb")
    for name in ("spaceport-status", "spaceport-dev-ledger"):  # the other one is another's
        dynamodb.create_table(TableName=name, **TABLE_DEFINITION)
    session().client("ecr").create_repository(repositoryName="spaceport-train")
    assert [trouble.partition(".")[0] for trouble in troubles(DEPLOYMENT, NAMES, session())] == [
        "The table spaceport-status was kept from an earlier deployment",
        "The repository spaceport-train was kept from an earlier deployment",
    ]


@mock_aws
def test_github_is_made_known_to_an_account_once() -> None:
    session().client("ses").verify_email_identity(EmailAddress="splats@example.com")
    with_github = read_settings({**GIVEN, "githubRepo": "someone/spaceport"}, SERVICES)
    assert list(troubles(with_github, NAMES, session())) == []
    session().client("iam").create_open_id_connect_provider(Url=f"https://{GITHUB}")
    (found,) = troubles(with_github, NAMES, session())
    assert found.startswith("This account knows GitHub's sign-in already")


def test_an_account_that_lets_nobody_look_is_no_empty_account() -> None:
    class Closed:
        def client(self, _service: str) -> "Closed":
            return self

        def describe_stacks(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks")

    with pytest.raises(ClientError):
        list(troubles(DEPLOYMENT, NAMES, Closed()))


@mock_aws
def test_ones_own_bucket_is_no_trouble_to_an_upgrade() -> None:
    session().client("ses").verify_email_identity(EmailAddress="splats@example.com")
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    session().client("cloudformation").create_stack(
        StackName="Spaceport-Foundation", TemplateBody=template
    )
    session().client("s3").create_bucket(
        Bucket=NAMES.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    assert list(troubles(DEPLOYMENT, NAMES, session())) == []


def test_a_site_that_is_not_built_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no site"):
        pages_of(tmp_path)


@mock_aws
def test_hashed_files_are_kept_for_ever_and_the_page_comes_last(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-DbX1f9aZ.js").write_text("1")
    (tmp_path / "index.html").write_text("<html>")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    pages = pages_of(tmp_path)
    assert [page.key for page in pages] == ["assets/index-DbX1f9aZ.js", "favicon.svg", "index.html"]
    s3 = session().client("s3")
    s3.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": REGION})
    publish(pages, "site", distribution(), session())
    kept = {page.key: s3.head_object(Bucket="site", Key=page.key) for page in pages}
    assert kept["assets/index-DbX1f9aZ.js"]["CacheControl"] == FOR_EVER
    assert kept["index.html"]["CacheControl"] == NEVER
    assert kept["index.html"]["ContentType"] == "text/html"


def distribution() -> str:
    origin = {
        "Id": "o",
        "DomainName": "site.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "MinTTL": 0}
    config = {
        "CallerReference": "c",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            **behaviour,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
    }
    made = session().client("cloudfront").create_distribution(DistributionConfig=config)
    found: str = made["Distribution"]["Id"]
    return found
