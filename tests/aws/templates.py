"""Templates as the CDK writes them, made once per context and process: jsii takes seconds."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spaceport_aws.app import add_stacks, make_app
from spaceport_aws.review import review
from spaceport_runtime.service import Service
from spaceport_topology.services import SERVICES

GIVEN = {
    "region": "eu-central-1",
    "mailIdentity": "splats@example.com",
    "sfm": "ml.c6i.2xlarge:1",
    "train": "ml.g4dn.xlarge:1",
    "compress": "ml.c6i.4xlarge:2",
}
EVERYTHING = (
    ("stage", "dev"),
    ("account", "111122223333"),
    ("domain", "splats.example.com"),
    ("certificateArn", "arn:aws:acm:us-east-1:111122223333:certificate/c"),
    ("githubRepo", "someone/spaceport"),
    ("vpc", "true"),
    ("isolateJobs", "true"),
    ("deleteData", "true"),
)


@dataclass(frozen=True)
class Assembly:
    """What one synthesis left: templates by stack name, and the manifest."""

    templates: dict[str, dict[str, Any]]
    manifest: dict[str, Any]

    def resources(self, kind: str, stack: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """(stack name, resource) of one CloudFormation type, of all stacks or of one."""
        for name, template in self.templates.items():
            if stack in ("", name):
                for resource in template["Resources"].values():
                    if resource["Type"] == kind:
                        yield name, resource

    def properties(self, kind: str, stack: str = "") -> list[dict[str, Any]]:
        """The properties of every resource of a type."""
        return [resource["Properties"] for _, resource in self.resources(kind, stack)]


@cache
def assembly(extra: tuple[tuple[str, str], ...] = ()) -> Assembly:
    """The assembly of `GIVEN` and some context more."""
    return synthesise(dict(extra))


def synthesise(extra: dict[str, str], services: tuple[Service, ...] = SERVICES) -> Assembly:
    """Synthesise with cdk-nag watching: a finding without a reason raises here."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        bundle.mkdir()
        (bundle / "handler.py").write_text("")
        app = make_app({}, f"{folder}/out")
        add_stacks(app, {**GIVEN, **extra}, lambda _service: bundle, services)
        review(app)
        app.synth()
        out = Path(folder) / "out"
        templates = {
            path.name.removesuffix(".template.json"): json.loads(path.read_text())
            for path in sorted(out.glob("*.template.json"))
        }
        return Assembly(templates, json.loads((out / "manifest.json").read_text()))


def flat(value: Any) -> Any:
    """A template's value with its functions written out: `${AWS::AccountId}`, `${Queue.Arn}`."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return f"${{{value['Ref']}}}"
        if set(value) == {"Fn::GetAtt"}:
            return f"${{{'.'.join(value['Fn::GetAtt'])}}}"
        if set(value) == {"Fn::Join"}:
            glue, parts = value["Fn::Join"]
            return glue.join(str(flat(part)) for part in parts)
        return {key: flat(part) for key, part in value.items()}
    if isinstance(value, list):
        return [flat(part) for part in value]
    return value
