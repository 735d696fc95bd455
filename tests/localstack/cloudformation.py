"""Deploy the synthesised templates through CloudFormation, the functions' real bundles with them.

What LocalStack 4.9.2 does not know is left out by name here, and nothing else.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spaceport_aws.app import add_stacks, make_app
from spaceport_aws.bundle import Bundler
from tests.aws.templates import GIVEN

ROOT = Path(__file__).parents[2]
HERE = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")  # the functions run on this machine
REGION = "us-east-1"
ASSETS = f"cdk-hnb659fds-assets-000000000000-{REGION}"
ACCOUNT = "000000000000"
UNKNOWN = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Budgets::Budget",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::ECR::Repository",
    "AWS::Logs::ResourcePolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::ConfigurationSetEventDestination",
}
TOLD_BY_THE_API = {
    "api-id": "api",
    "api-url": "https://api.example.com",
    "authorizer-id": "auth",
    "sign-in-domain": "https://people.example.com",
    "sign-in-issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool",
    "sign-in-client": "client",
}
STACKS = (
    "Foundation",
    "Api",
    "Ingest",
    "Sfm",
    "Train",
    "Compress",
    "Notify",
    "Dronepath",
    "Web",
    "Watch",
)


def synthesise(folder: Path) -> Path:
    """The whole app with real bundles; returns the folder of the templates."""
    app = make_app({}, str(folder / "cdk.out"))
    context = {**GIVEN, "region": REGION, "account": ACCOUNT, "deleteData": "true"}
    add_stacks(app, context, Bundler(ROOT, ROOT / "build" / "bundles-here", HERE))
    app.synth()
    return folder / "cdk.out"


def deploy(out: Path, client: Any) -> None:
    """Bootstrap as the CDK would, then create one stack after the other, as `make deploy` does."""
    client("s3").create_bucket(Bucket=ASSETS)
    ssm = client("ssm")
    told = {f"/spaceport/{key}": value for key, value in TOLD_BY_THE_API.items()}
    for name, value in {"/cdk-bootstrap/hnb659fds/version": "30", **told}.items():
        ssm.put_parameter(Name=name, Value=value, Type="String")
    for part in STACKS:
        stack = f"Spaceport-{part}"
        for path, key in _assets(out, stack):
            client("s3").upload_file(str(path), ASSETS, key)
        create(stack, _template(out, stack), client)


def create(stack: str, template: dict[str, Any], client: Any) -> None:
    """Create one stack and wait for it."""
    cloudformation = client("cloudformation")
    client("s3").put_object(Bucket=ASSETS, Key=f"{stack}.json", Body=json.dumps(template).encode())
    endpoint = client("s3").meta.endpoint_url
    cloudformation.create_stack(
        StackName=stack,
        TemplateURL=f"{endpoint}/{ASSETS}/{stack}.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    waiter = cloudformation.get_waiter("stack_create_complete")
    try:
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 240})
    except Exception as error:
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        reasons = [event.get("ResourceStatusReason") for event in events]
        raise AssertionError(f"{stack}: {[reason for reason in reasons if reason]}") from error


def missing(out: Path, client: Any) -> set[str]:
    """Types that the templates hold and LocalStack left out without a word."""
    left_out: set[str] = set()
    for part in STACKS:
        stack = f"Spaceport-{part}"
        wanted = {item["Type"] for item in _template(out, stack)["Resources"].values()}
        made = client("cloudformation").describe_stack_resources(StackName=stack)
        left_out |= wanted - {item["ResourceType"] for item in made["StackResources"]}
    return left_out


def left_out(out: Path) -> dict[str, set[str]]:
    """By stack, the types that are not deployed here: unknown ones, and what refers to them."""
    found = {}
    for part in STACKS:
        whole = json.loads((out / f"Spaceport-{part}.template.json").read_text())["Resources"]
        kept = _template(out, f"Spaceport-{part}")["Resources"]
        found[part] = {item["Type"] for name, item in whole.items() if name not in kept}
    return found


def _template(out: Path, stack: str) -> dict[str, Any]:
    template: dict[str, Any] = json.loads((out / f"{stack}.template.json").read_text())
    resources = template["Resources"]
    gone = {name for name, item in resources.items() if item["Type"] in UNKNOWN}
    while True:
        more = {name for name, item in resources.items() if _refers(item["Properties"], gone)}
        if more <= gone:
            break
        gone |= more
    template["Resources"] = {name: item for name, item in resources.items() if name not in gone}
    template["Outputs"] = {
        name: item for name, item in template.get("Outputs", {}).items() if not _refers(item, gone)
    }
    for item in template["Resources"].values():
        if "DependsOn" in item:
            needs = [item["DependsOn"]] if isinstance(item["DependsOn"], str) else item["DependsOn"]
            item["DependsOn"] = [name for name in needs if name not in gone]
    return template


def _refers(value: Any, names: set[str]) -> bool:
    """Whether a value of a template stands for one of the resources."""
    if isinstance(value, dict):
        if value.get("Ref") in names or (value.get("Fn::GetAtt") or [""])[0] in names:
            return True
        return any(_refers(part, names) for part in value.values())
    return isinstance(value, list) and any(_refers(part, names) for part in value)


def _assets(out: Path, stack: str) -> Iterator[tuple[Path, str]]:
    assets = json.loads((out / f"{stack}.assets.json").read_text())["files"]
    for asset in assets.values():
        (destination,) = asset["destinations"].values()
        path = out / asset["source"]["path"]
        if asset["source"]["packaging"] == "zip":
            path = Path(shutil.make_archive(str(path), "zip", path))
            yield path, destination["objectKey"]
