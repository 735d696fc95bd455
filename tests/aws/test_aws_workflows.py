"""The workflows are what GitHub accepts, come in without keys, and say `make test`."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_actionlint_finds_nothing() -> None:
    command = [str(Path(sys.executable).with_name("actionlint")), "-shellcheck=", "-pyflakes="]
    done = subprocess.run(
        [*command, *map(str, WORKFLOWS)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert len(WORKFLOWS) == 2


def test_no_workflow_holds_a_key_and_only_those_that_need_one_get_a_token() -> None:
    for path in WORKFLOWS:
        text = path.read_text()
        assert "secrets." not in text
        assert "AWS_ACCESS_KEY_ID" not in text
        for name, job in yaml.safe_load(text)["jobs"].items():
            uses = [step.get("uses", "") for step in job["steps"]]
            comes_in = any("configure-aws-credentials" in use for use in uses)
            assert comes_in == (job.get("permissions", {}).get("id-token") == "write"), name
            # GitHub vouches for an environment's job by the environment, and no role believes that.
            assert not (comes_in and "environment" in job), name


def test_a_push_is_tested_by_the_readmes_command() -> None:
    steps = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]["test"][
        "steps"
    ]
    assert [step["run"] for step in steps if "run" in step] == ["make test"]
