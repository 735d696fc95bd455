"""A service's Lambda bundle: its wheels for arm64 by pip, and our own packages beside them."""

import compileall
import hashlib
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from spaceport_runtime.errors import UserError
from spaceport_runtime.service import Service

ARM64 = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")
PYTHON = "3.11"
OURS = "spaceport-"
ROOMS = ("contracts", "runtime", "services/*")
CLIENTS = {"dynamodb", "events", "s3", "sagemaker", "sesv2", "sqs", "sts"}
LEFT_OUT = shutil.ignore_patterns("__pycache__", "job", "schemas")


@dataclass(frozen=True)
class Bundler:
    """Makes bundles in `folder` from the repository at `root`, for machines of `platforms`."""

    root: Path
    folder: Path
    platforms: tuple[str, ...] = ARM64

    def __call__(self, service: Service) -> Path:
        """The service's bundle, made anew; the same sources give the same bytes.

        Raises UserError when pip cannot get a wheel.
        """
        target = self.folder / service.name
        shutil.rmtree(target, ignore_errors=True)
        packages, wheels = self._needs(f"{OURS}{service.name}")
        shutil.copytree(self._installed(wheels), target)
        for package in packages:
            module = package.replace("-", "_")
            shutil.copytree(self._home(package) / module, target / module, ignore=LEFT_OUT)
            _compile(target / module, target)
        return target

    def _needs(self, package: str) -> tuple[set[str], set[str]]:
        """Our own packages and other people's that a package's functions need."""
        project = tomllib.loads((self._home(package) / "pyproject.toml").read_text())["project"]
        packages, wheels = {package}, set[str]()
        extras = project.get("optional-dependencies", {})
        for word in [*project["dependencies"], *extras.get("lambda", [])]:
            if word.startswith(OURS):
                more_packages, more_wheels = self._needs(word.partition("[")[0])
                packages |= more_packages
                wheels |= more_wheels
            else:
                wheels.add(word)
        return packages, wheels

    def _home(self, package: str) -> Path:
        module = package.replace("-", "_")
        homes = (home for room in ROOMS for home in self.root.glob(room))
        return next(home for home in homes if (home / module).is_dir())

    def _installed(self, wheels: set[str]) -> Path:
        """A folder with the wheels; services that need the same ones share it."""
        constraints = self.root / "constraints.txt"
        known = "\n".join(
            (*sorted(wheels), *self.platforms, *sorted(CLIENTS), constraints.read_text())
        )
        digest = hashlib.sha256(known.encode()).hexdigest()[:16]
        target = self.folder / f"wheels-{digest}"
        if not target.exists():
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            self._install(wheels, constraints, partial)
            _prune(partial)
            _compile(partial, partial)
            partial.rename(target)
        return target

    def _install(self, wheels: set[str], constraints: Path, target: Path) -> None:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--no-compile", "--only-binary=:all:", "--implementation", "cp"]
        command += ["--python-version", PYTHON, "--target", str(target), "-c", str(constraints)]
        command += [word for name in self.platforms for word in ("--platform", name)]
        command += sorted(wheels)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no word from pip"]
            remedy = "Look at the network and at constraints.txt, then do it again."
            raise UserError(f"pip could not fetch the functions' wheels: {last[0]}.", remedy)
        shutil.rmtree(target / "bin", ignore_errors=True)


def _prune(folder: Path) -> None:
    """Without other people's tests, and without what botocore knows of services we never call."""
    for tests in [*folder.rglob("tests")]:
        shutil.rmtree(tests)
    for service in (folder / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in CLIENTS:
            shutil.rmtree(service)


def _compile(folder: Path, root: Path) -> None:
    """Bytecode goes along: Lambda's disk is read-only, so each cold start would compile anew."""
    mode = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, invalidation_mode=mode, stripdir=str(root))
