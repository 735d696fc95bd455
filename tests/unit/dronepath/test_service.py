"""The whole service with its boto3 clients, against moto; and what importing it loads."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import rasterio
from moto import mock_aws
from rasterio.transform import from_bounds
from tests.http_requests import ADA, claims
from tests.unit.dronepath.asking import HERE, square

from spaceport_contracts.events import FlightPlanned
from spaceport_dronepath import handler
from spaceport_dronepath.contract.answer import PlanAnswer
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.tables import LIMITS_DEFINITION

BUCKET = "spaceport"
HEAVY = ("numpy", "shapely", "pyproj", "rasterio", "scipy", "PIL")


class Cloud:
    """A bucket, the bus, and a queue that hears what dronepath publishes."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3")
        self.sqs = boto3.client("sqs")
        self.s3.create_bucket(Bucket=BUCKET)
        boto3.client("dynamodb").create_table(
            TableName=PlatformSettings(bucket=BUCKET).limits_table, **LIMITS_DEFINITION
        )
        self.url = self.sqs.create_queue(QueueName="listener")["QueueUrl"]
        events = boto3.client("events")
        bus = PlatformSettings(bucket=BUCKET).bus_name
        events.create_event_bus(Name=bus)
        pattern = json.dumps({"source": ["spaceport.dronepath"]})
        events.put_rule(Name="all", EventBusName=bus, EventPattern=pattern)
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        targets: list[Any] = [{"Id": "listener", "Arn": found["Attributes"]["QueueArn"]}]
        events.put_targets(Rule="all", EventBusName=bus, Targets=targets)

    def published(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def keys(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [item["Key"] for item in found]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("SPACEPORT_BUCKET", BUCKET)
    handler._kit.cache_clear()
    handler._limits.cache_clear()
    with mock_aws():
        yield Cloud()
    handler._kit.cache_clear()
    handler._limits.cache_clear()


def post(document: Any) -> tuple[int, dict[str, Any]]:
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/drone-path",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": "/drone-path"},
            "stage": "$default",
            "authorizer": claims(ADA),
        },
        "body": json.dumps(document),
        "isBase64Encoded": False,
    }
    answer = handler.on_request(event, None)
    return answer["statusCode"], json.loads(answer["body"])


SWAPPED = {"type": "Polygon", "coordinates": [[[8, 50], [8, 95], [9, 9]]]}
ASKED = {"area": square(200), "camera": "mavic3e", "exports": ["qgc", "wpml", "litchi"]}


def test_a_plan_is_stored_linked_and_announced(cloud: Cloud) -> None:
    status, body = post(ASKED)
    assert status == 200, body
    names = {file["name"] for file in body["files"]}
    assert {"plan.json", "plan.html", "coverage.png", "PILOT.md", "sortie-01.plan"} <= names
    for file in body["files"]:
        key = f"plans/{body['planId']}/{file['name']}"
        stored = cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert hashlib.sha256(stored).hexdigest() == file["sha256"]
        assert key in file["url"]
        assert "Signature" in file["url"]
    [message] = cloud.published()
    assert message["detail-type"] == "FlightPlanned"
    event = FlightPlanned.model_validate(message["detail"])
    assert event.job_id == body["planId"]
    assert event.photos == body["totals"]["photos"]
    assert event.outputs.index.uri.endswith("plan.json")


def test_a_feature_is_the_geometry_that_it_holds(cloud: Cloud) -> None:
    feature = {"type": "Feature", "properties": {"name": "field"}, "geometry": ASKED["area"]}
    collection = {"type": "FeatureCollection", "features": [feature]}
    ids = {post({**ASKED, "area": area})[1]["planId"] for area in (ASKED["area"], collection)}
    assert len(ids) == 1
    assert cloud.keys()


def test_the_same_request_is_the_same_plan(cloud: Cloud) -> None:
    first, second = post(ASKED)[1], post(ASKED)[1]
    assert first["planId"] == second["planId"]
    assert len({message["detail"]["event_id"] for message in cloud.published()}) == 1
    assert post({**ASKED, "agl_m": 61})[1]["planId"] != first["planId"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"area": SWAPPED}, "area.coordinates.0.1"),
        ({"agl_m": 500}, "agl_m"),
        ({"camera": "mavic9"}, "camera"),
        ({"battery": {"minutes": 0.5}}, "battery.minutes"),
        ({"battery": {"reserve": 7}}, "battery.reserve"),
        ({"altitude": 50}, "altitude"),
        ({"terrain": {"type": "dem", "url": "s3://elsewhere/dem.tif"}}, "terrain.url"),
        ({"terrain": {"type": "dem", "url": "s3://spaceport/none.tif"}}, "terrain.url"),
        ({"terrain": {"type": "dem", "url": "/etc/passwd"}}, "terrain.url"),
        ({"camera": "phantom4pro"}, "exports"),
        ({"area": {"type": "FeatureCollection", "features": []}}, "area"),
        ({"area": {"type": "Feature", "geometry": SWAPPED}}, "area.coordinates.0.1"),
        ({"area": {**SWAPPED, "crs": {"properties": {"name": "EPSG:25832"}}}}, "area"),
        ({"area": "POLYGON((8 50, 9 50, 9 51, 8 50))"}, "area"),
        ({"area": []}, "area"),
        ({"no_fly": [{"type": "Feature", "geometry": None}]}, "no_fly.0"),
    ],
)  # fmt: skip
def test_bad_input_is_a_422_with_its_field_and_nothing_is_written(
    cloud: Cloud, fields: dict[str, Any], path: str
) -> None:
    status, body = post({**ASKED, **fields})
    assert status == 422
    assert path in [error["field"] for error in body["errors"]]
    assert all(error["remedy"] for error in body["errors"])
    assert cloud.keys() == []
    assert cloud.published() == []


def hill(tmp_path: Path) -> bytes:
    path = tmp_path / "dem.tif"
    heights = np.tile(np.linspace(100, 160, 200, dtype=np.float32), (200, 1))
    place = from_bounds(7.98, 49.98, 8.02, 50.02, 200, 200)
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32",
        crs="EPSG:4326", transform=place, tiled=True, blockxsize=64, blockysize=64,
        compress="deflate",
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    return path.read_bytes()


def test_an_elevation_model_is_read_from_s3_range_by_range(cloud: Cloud, tmp_path: Path) -> None:
    cloud.s3.upload_fileobj(BytesIO(hill(tmp_path)), BUCKET, "dem/hill.tif")
    terrain = {"type": "dem", "url": f"s3://{BUCKET}/dem/hill.tif"}
    status, body = post({**ASKED, "terrain": terrain})
    assert status == 200, body
    answer = PlanAnswer.model_validate({**body, "plan_id": body["planId"]})
    heights = [w.height_m for w in answer.sorties[0].waypoints]
    assert max(heights) - min(heights) > 2
    assert answer.sorties[0].min_clearance_m > 70
    cloud.s3.upload_fileobj(BytesIO(b"no tiff"), BUCKET, "dem/none.tif")
    status, body = post({**ASKED, "terrain": {"type": "dem", "url": "s3://spaceport/dem/none.tif"}})
    assert (status, body["errors"][0]["field"]) == (422, "terrain.url")


def test_importing_the_handler_loads_no_numerics() -> None:
    code = (
        "import sys, spaceport_dronepath.handler; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.strip() == "[]"


def test_planning_over_flat_ground_loads_no_gdal() -> None:
    code = (
        "import sys\n"
        "from spaceport_dronepath.contract.request import PlanRequest\n"
        "from spaceport_dronepath.files import deliver\n"
        "from spaceport_dronepath.plan import plan_flight\n"
        f"request = PlanRequest.model_validate({ASKED!r})\n"
        "deliver(plan_flight(request), 'p')\n"
        "print([name for name in ('rasterio', 'scipy', 'numba') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.strip() == "[]"


def test_the_place_of_the_plan_is_the_place_that_was_asked_for(cloud: Cloud) -> None:
    body = post(ASKED)[1]
    lon, lat = body["takeoff"]
    assert abs(lon - HERE[0]) < 0.01
    assert abs(lat - HERE[1]) < 0.01
