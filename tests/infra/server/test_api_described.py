"""The running API under generated requests: it does what docs/openapi.json says, and never breaks.

`make test-api` asks for ten times as much: SPACEPORT_API_REQUESTS says how much.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy, booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.infra.asked import get, post
from tests.infra.clouds import wait_for
from tests.infra.served import Served, served

pytestmark = pytest.mark.slow
OPENAPI = Path(__file__).parents[3] / "docs" / "openapi.json"
REQUESTS = int(os.environ.get("SPACEPORT_API_REQUESTS", "1000"))
KINDS = ("READS_PER_MINUTE", "CHANGES_PER_MINUTE", "UPLOAD_BYTES_PER_DAY")
UNLIMITED = {f"SPACEPORT_API_{kind}": str(1 << 60) for kind in KINDS}
FLAT_MIB = 64
PLAN = {
    "area": {"type": "Point", "coordinates": [8.0, 50.0]},
    "pattern": "orbit",
    "camera": "mavic3e",
    "radius_m": 40,
}
PROBLEM = "application/problem+json"
CHECKED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in UNLIMITED.items():
            patch.setenv(name, value)
        with served(tmp_path_factory.mktemp("described")) as running:
            yield running


def known_things(up: Served) -> dict[str, str]:
    """Ids of what exists, by the name of a path's parameter."""
    place = {"Bucket": up.cloud.bucket, "Key": "uploads/known.zip"}
    up.client("s3").put_object(**place, Body=b"no zip")
    job = wait_for(lambda: get(up.cloud, "/jobs")["jobs"])[0]
    begun = post(up.cloud, "/uploads", {"files": [{"name": "a.jpg", "sizeBytes": 9}]})
    return {"job_id": job["job_id"], "upload_id": begun["uploadId"], "name": "scene.sog"}


def described() -> Any:
    """The document, but for the sign-in, which is not generated but real."""
    document = json.loads(OPENAPI.read_text())
    del document["components"]["securitySchemes"]
    for operations in document["paths"].values():
        for operation in operations.values():
            del operation["security"]
    return schemathesis.openapi.from_dict(document)


def cases(operation: Any) -> SearchStrategy[Any]:
    """Requests as the document allows them, and, where it says anything, as it does not."""
    strategy: SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if operation.body or operation.query or operation.headers:
        wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        strategy = strategy | wrong
    return strategy


def test_generated_requests_are_answered_as_described(up: Served) -> None:
    known = known_things(up)
    operations = [found.ok() for found in described().get_all_operations()]
    varied = [each for each in operations if each.body or each.query or each.path_parameters]
    asked: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    post(up.cloud, "/drone-path", PLAN)  # loads what plans, which is no leak
    before_mib = up.rss_mib
    for operation in operations:

        @seed(REQUESTS)
        @settings(
            max_examples=-(-REQUESTS // len(varied)) + 1,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases(operation), is_known=booleans())
        def ask(case: Any, is_known: bool) -> None:
            if is_known:
                for name in case.path_parameters.keys() & known.keys():
                    case.path_parameters[name] = known[name]
            answer = case.call(
                base_url=up.cloud.api_url.rstrip("/"),
                headers={"Authorization": f"Bearer {up.cloud.token}"},
                allow_redirects=False,
            )
            asked[case.operation.label] += 1
            statuses[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKED)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == [PROBLEM], answer.text

        ask()
    assert asked.total() >= REQUESTS
    assert set(asked) == {operation.label for operation in operations}
    assert 401 not in statuses and 429 not in statuses, statuses
    assert up.is_alive
    assert up.rss_mib - before_mib < FLAT_MIB
    told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    print(f"{asked.total()} requests to {len(asked)} routes: {told}")


def test_every_route_is_described_and_every_description_is_a_route() -> None:
    from spaceport_topology.services import SERVICES  # noqa: PLC0415

    document = json.loads(OPENAPI.read_text())
    written = {
        (method.upper(), path, operation["security"] == [])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    declared = {(r.method, r.path, r.is_open) for service in SERVICES for r in service.api}
    assert written == declared
