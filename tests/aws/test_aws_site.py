"""The site on AWS: one origin with the API, its policies, and what CloudFront answers by itself."""

import json
import subprocess
from fnmatch import fnmatchcase
from typing import Any

import pytest
from bench.node.splat_transform import Unavailable, find_node

from spaceport_topology.pages import file_of_page
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import build_topology
from tests.aws.templates import EVERYTHING, assembly, flat

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_THE_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def test_the_site_sends_security_headers_by_tls_only() -> None:
    headers = site_headers("spaceport-eu-central-1-headers")
    assert set(headers) == {
        "ContentSecurityPolicy",
        "ContentTypeOptions",
        "FrameOptions",
        "ReferrerPolicy",
        "StrictTransportSecurity",
    }
    assert "unsafe" not in flat(headers["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    (distribution,) = assembly(EVERYTHING).properties("AWS::CloudFront::Distribution")
    config = distribution["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["Aliases"] == ["splats.example.com"]


def site_headers(name: str) -> dict[str, Any]:
    """The security headers of one of the two policies."""
    policies = assembly().properties("AWS::CloudFront::ResponseHeadersPolicy")
    configs = [policy["ResponseHeadersPolicyConfig"] for policy in policies]
    (found,) = [config for config in configs if config["Name"] == name]
    headers: dict[str, Any] = found["SecurityHeadersConfig"]
    return headers


def behaviours() -> dict[str, dict[str, Any]]:
    """CloudFront's, by path; the pages' own is "*"."""
    (distribution,) = assembly().properties("AWS::CloudFront::Distribution")
    config = distribution["DistributionConfig"]
    assert "CustomErrorResponses" not in config  # an API's 403 must stay one
    named = {each["PathPattern"]: each for each in config["CacheBehaviors"]}
    return {"*": config["DefaultCacheBehavior"], **named}


def test_pages_and_api_are_one_origin() -> None:
    """Every declared route reaches API Gateway, whole and unkept; no page's path does."""
    found = behaviours()
    api = {path for path, each in found.items() if "POST" in each["AllowedMethods"]}
    for route in build_topology(SERVICES).routes:
        assert any(fnmatchcase(route.path.lstrip("/"), path) for path in api), route.path
    for page in ("captures/abc", "new", "view/abc", "embed/s/abc", "s/abc", "plan-flight"):
        assert not any(fnmatchcase(page, path) for path in api), page
    for path in api:
        assert found[path]["CachePolicyId"] == CACHING_DISABLED
        assert found[path]["OriginRequestPolicyId"] == ALL_BUT_THE_HOST
        assert found[path]["ViewerProtocolPolicy"] == "https-only"


def test_only_embedded_scenes_may_be_framed() -> None:
    name = "spaceport-eu-central-1"
    own, framed = site_headers(f"{name}-headers"), site_headers(f"{name}-framed")
    for headers, ancestors in ((own, "'none'"), (framed, "*")):
        policy = flat(headers["ContentSecurityPolicy"]["ContentSecurityPolicy"])
        assert policy.endswith(f"frame-ancestors {ancestors}")
    assert "FrameOptions" not in framed
    found = behaviours()
    same = [
        path
        for path, each in found.items()
        if each["ResponseHeadersPolicyId"] == found["embed/*"]["ResponseHeadersPolicyId"]
    ]
    assert same == ["embed/*"]


@pytest.mark.node
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/", "/index.html"),
        ("/captures/abc", "/index.html"),
        ("/view/abc", "/viewer.html"),
        ("/s/abc", "/viewer.html"),
        ("/embed/s/abc", "/viewer.html"),
        ("/assets/index-abc.js", "/assets/index-abc.js"),
        ("/village.sog", "/village.sog"),
    ],
)
def test_a_page_is_answered_by_the_app(asked: str, answered: str) -> None:
    assert run_at_the_edge("OnPages", asked)["uri"] == answered
    assert file_of_page("captures/abc") == "index.html"


@pytest.mark.node
def test_pages_are_told_how_people_sign_in() -> None:
    answer = run_at_the_edge("OnConfig", "/config.json")
    assert answer["statusCode"] == 200
    sign_in = json.loads(answer["body"])["signIn"]
    assert sign_in["kind"] == "cognito"
    assert sign_in["scopes"] == ["openid", "email"]
    for key in ("domain", "issuer", "clientId"):
        assert sign_in[key]
    assert assembly().properties("AWS::Cognito::UserPoolDomain")
    (client,) = [
        each
        for each in assembly().properties("AWS::Cognito::UserPoolClient")
        if each.get("AllowedOAuthFlows")
    ]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False


def run_at_the_edge(name: str, uri: str) -> dict[str, Any]:
    """One of CloudFront's functions, run as it is in the template by a true JavaScript engine."""
    try:
        node = find_node()
    except Unavailable as missing:
        pytest.skip(str(missing))
    functions = assembly().resources("AWS::CloudFront::Function")
    codes = [each["Properties"]["FunctionCode"] for _, each in functions]
    (code,) = [code for code in map(flat, codes) if (name == "OnConfig") == ("statusCode" in code)]
    asked = json.dumps({"request": {"uri": uri}})
    script = f"{code};console.log(JSON.stringify(handler({asked})))"
    told = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer
