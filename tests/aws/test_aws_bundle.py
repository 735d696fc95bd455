"""The real bundles: whole without anything else installed, small, and for arm64."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from spaceport_aws.bundle import ARM64, CLIENTS, Bundler
from spaceport_runtime.errors import UserError
from spaceport_runtime.service import Service
from spaceport_topology.services import SERVICES

ROOT = Path(__file__).parents[2]
HERE = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
LIMIT_BYTES = 50_000_000
AARCH64 = 183  # e_machine of an ELF file

pytestmark = pytest.mark.slow


def bundle(service: Service, platforms: tuple[str, ...]) -> Path:
    folder = ROOT / "build" / ("bundles-arm64" if platforms == ARM64 else "bundles-here")
    return Bundler(ROOT, folder, platforms)(service)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: str(service.name))
def test_every_entry_point_is_there_with_nothing_else_installed(service: Service) -> None:
    wanted = {"on_message": service.listens, "on_sweep": service.sweeps, "on_request": service.api}
    entries = [name for name, is_wanted in wanted.items() if is_wanted]
    code = f"import sys; sys.path.insert(0, sys.argv[1]); import {service.handler_module} as m; "
    code += f"assert all(callable(getattr(m, name)) for name in {entries})"
    command = [sys.executable, "-I", "-S", "-c", code, str(bundle(service, HERE))]
    environment = {"SPACEPORT_BUCKET": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_botocore_knows_every_service_that_a_function_calls() -> None:
    rooms = [ROOT / "runtime", *(ROOT / "services").iterdir()]
    sources = [path for room in rooms for path in room.rglob("*.py") if "job" not in path.parts]
    called = {
        name
        for source in sources
        for name in re.findall(r"\.(?:client|resource)\(\s*\"(\w+)\"", source.read_text())
    }
    assert {"s3", "sqs", "sagemaker"} <= called <= CLIENTS


def test_the_largest_bundle_is_small_and_its_libraries_are_for_arm64(tmp_path: Path) -> None:
    dronepath = next(service for service in SERVICES if service.name == "dronepath")
    folder = bundle(dronepath, ARM64)
    target = tmp_path / "bundle.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    assert target.stat().st_size < LIMIT_BYTES
    machines = {library.read_bytes()[18] for library in folder.rglob("*.so*")}
    assert machines == {AARCH64}


def test_the_same_sources_give_the_same_bytes() -> None:
    sfm = next(service for service in SERVICES if service.name == "sfm")
    before = contents(bundle(sfm, HERE))
    assert contents(bundle(sfm, HERE)) == before


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_wheel_that_cannot_be_had_is_one_sentence(tmp_path: Path) -> None:
    sfm = next(service for service in SERVICES if service.name == "sfm")
    with pytest.raises(UserError, match="pip could not fetch the functions' wheels"):
        Bundler(ROOT, tmp_path, ("no_such_platform",))(sfm)
