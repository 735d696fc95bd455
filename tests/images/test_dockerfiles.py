"""What the images install is what was tested: one set of pins, one entry point, one user."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from spaceport_topology.services import SERVICES
from tests.images.dockerfiles import ROOT, instructions, job_dockerfiles, last_stage, pip_calls

IMAGES = job_dockerfiles()
PACKAGES = sorted(
    path
    for pattern in ("*/pyproject.toml", "services/*/pyproject.toml", "infra/*/pyproject.toml")
    for path in ROOT.glob(pattern)
)
OURS = "spaceport-"


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().split()
    found = (line.split("==") for line in lines)
    return {canonicalize_name(name): version for name, version in found}


def requirements(path: Path) -> list[Requirement]:
    project = tomllib.loads(path.read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    wanted = [*project["dependencies"], *(each for extra in extras for each in extra)]
    return [Requirement(each) for each in wanted]


def test_every_service_with_a_job_has_an_image() -> None:
    assert set(IMAGES) == {service.name for service in SERVICES if service.job}


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_starts_its_job_as_root(service: str) -> None:
    """SageMaker gives /opt/ml to root (ADR 12); the launch overrides nothing but with the same."""
    found = last_stage(IMAGES[service])
    assert found[-1].name == "ENTRYPOINT"
    (job,) = [it.job for it in SERVICES if it.name == service and it.job]
    assert json.loads(found[-1].value) == ["python", "-m", job.program]
    assert [it for it in found if it.name == "USER"] == []


@pytest.mark.parametrize("service", IMAGES)
def test_whatever_pip_brings_in_is_pinned(service: str) -> None:
    calls = list(pip_calls(instructions(IMAGES[service])))
    assert calls
    for call in calls:
        assert "--no-deps" in call or call[call.index("-c") + 1] == "constraints.txt", call


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_copies_what_it_installs(service: str) -> None:
    found = last_stage(IMAGES[service])
    copied = {it.value.split()[0] for it in found if it.name == "COPY"}
    installed = {
        re.sub(r"^\./|\[.*$", "", word)
        for call in pip_calls(found)
        for word in call
        if word.startswith("./")
    }
    assert f"services/{service}" in installed
    assert installed <= copied


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.parent.name)
def test_what_a_package_needs_is_in_the_constraints(path: Path) -> None:
    pinned = pins()
    for requirement in requirements(path):
        name = canonicalize_name(requirement.name)
        if not name.startswith(OURS):
            assert name in pinned, f"{name} has no pin"
            assert requirement.specifier.contains(pinned[name]), str(requirement)


def test_the_kernels_are_built_for_the_torch_and_gsplat_that_run() -> None:
    """torch's own requirement decides the compiler's version when pip resolves both at once."""
    calls = list(pip_calls(instructions(IMAGES["train"])))
    (compiler,) = [call for call in calls if any("cuda-toolkit" in word for word in call)]
    assert "torch" in compiler
    assert not [it for it in instructions(IMAGES["train"]) if "nvidia/cuda" in it.value]
    tags = re.findall(r"gsplat\.git@v([\d.]+)", IMAGES["train"].read_text())
    assert tags == [pins()["gsplat"]]
    bases = [it.value.split()[0] for it in instructions(IMAGES["train"]) if it.name == "FROM"]
    assert bases == ["python:3.11", "python:3.11-slim"]  # one Python for building and running


def test_sfm_on_a_gpu_is_the_same_job_with_another_pycolmap() -> None:
    found = instructions(ROOT / "services" / "sfm" / "cuda.Dockerfile")
    assert found[0].value == "spaceport-sfm:latest"
    assert found[-1] == last_stage(IMAGES["sfm"])[-1]
    removal, call = pip_calls(found)
    assert removal == ["uninstall", "--yes", "pycolmap"]
    assert call[call.index("-c") + 1] == "constraints.txt"
    names = call[call.index("constraints.txt") + 1 :]
    assert "pycolmap-cuda12" in names
    assert all(name in pins() for name in names)
    assert pins()["pycolmap-cuda12"] == pins()["pycolmap"]
