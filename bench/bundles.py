"""The Lambda bundles: bytes zipped, and CPU to import a handler, with bytecode and without.

`python -m bench.bundles`: built for this machine, because arm64's libraries do not load here; the
handler is imported in a fresh interpreter that sees the bundle only. The rival is the same bundle
without its bytecode, in the same run.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from spaceport_aws.bundle import ARM64, Bundler
from spaceport_topology.services import SERVICES

ROOT = Path(__file__).parents[1]
HERE = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
RUNS = 5
CODE = """
import resource, sys
sys.path.insert(0, sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF)
__import__(sys.argv[2])
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""


def import_cpu_s(folder: Path, module: str) -> float:
    """Median CPU of a first import."""
    command = [sys.executable, "-I", "-S", "-B", "-c", CODE, str(folder), module]
    environment = {"SPACEPORT_BUCKET": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    runs = [
        float(subprocess.check_output(command, env=environment, text=True)) for _ in range(RUNS)
    ]
    return statistics.median(runs)


def main() -> None:
    here, arm = Bundler(ROOT, ROOT / "build" / "bundles-here", HERE), ROOT / "build/bundles-arm64"
    print(f"{'service':10}{'zipped, arm64':>16}{'import':>10}{'no bytecode':>14}{'ratio':>8}")
    for service in SERVICES:
        with tempfile.TemporaryDirectory() as folder:
            bundled = Bundler(ROOT, arm, ARM64)(service)
            zipped = Path(shutil.make_archive(f"{folder}/b", "zip", bundled)).stat().st_size
            built = here(service)
            with_s = import_cpu_s(built, service.handler_module)
            bare = Path(shutil.copytree(built, f"{folder}/bare"))
            for cache in [*bare.rglob("__pycache__")]:
                shutil.rmtree(cache)
            without_s = import_cpu_s(bare, service.handler_module)
        print(
            f"{service.name:10}{zipped:16,}{with_s:8.2f} s{without_s:12.2f} s"
            f"{with_s / without_s:8.2f}"
        )


if __name__ == "__main__":
    main()
