"""deploy.sh, with somebody in gcloud's place who writes down what is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fulfillment.settings import Settings
from tests.local import ROOT

SCRIPT = ROOT / "deploy.sh"


class Desk:
    """A developer's desk: the script, its settings, and a gcloud that remembers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "deploy.env"
        self.settings.write_text((ROOT / "deploy.example.env").read_text())
        programs = folder / "bin"
        programs.mkdir()
        recorder = programs / "gcloud"
        source = (Path(__file__).parent / "gcloud.py").read_text().splitlines()[1:]
        recorder.write_text("\n".join([f"#!{sys.executable}", *source]))
        recorder.chmod(0o755)
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "GCLOUD_MEMORY": str(folder),
        }

    def deploy(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, "--env", self.settings, *options],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def calls(self) -> list[dict[str, Any]]:
        """What gcloud was asked since the last time."""
        file = self.folder / "calls"
        calls = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        file.unlink(missing_ok=True)
        return calls

    def change(self, **settings: str) -> None:
        with self.settings.open("a") as file:
            file.writelines(f"{name}={value!r}\n" for name, value in settings.items())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def commands(calls: list[dict[str, Any]]) -> list[str]:
    """The first words of each call that changes something."""
    asking = {"describe", "access", "list"}
    return [" ".join(call["words"][:4]) for call in calls if not asking & {*call["words"]}]


def test_the_first_time_everything_is_made_and_the_schedule_waits(desk: Desk) -> None:
    done = desk.deploy()
    assert done.returncode == 0, done.stderr
    said = commands(desk.calls())
    assert [word.split()[2] for word in said if word.startswith("scheduler")] == ["create", "pause"] * 3
    assert sum("service-accounts create" in word for word in said) == 2
    assert "fulfillment@my-project.iam.gserviceaccount.com as an editor" in done.stdout


def test_the_second_time_what_is_there_is_kept(desk: Desk) -> None:
    desk.deploy()
    desk.calls()
    assert desk.deploy().returncode == 0
    said = commands(desk.calls())
    assert not [word for word in said if "create" in word or "pause" in word or "versions add" in word]
    assert [word.split()[2] for word in said if word.startswith("scheduler")] == ["update"] * 3


def test_a_changed_secret_gets_a_new_version_and_none_is_in_a_command(desk: Desk) -> None:
    desk.deploy()
    desk.change(API_TOKENS="zap:another-s3cret")
    desk.calls()
    done = desk.deploy()
    calls = desk.calls()
    added = [call for call in calls if call["words"][:3] == ["secrets", "versions", "add"]]
    assert [call["piped"] for call in added] == ["zap:another-s3cret"]
    told = json.dumps([[call["words"], call["settings"]] for call in calls]) + done.stdout + done.stderr
    assert "s3cret" not in told


def test_the_function_gets_the_settings_and_the_scheduler_a_way_in(desk: Desk) -> None:
    desk.deploy()
    (call,) = [call for call in desk.calls() if call["words"][:2] == ["functions", "deploy"]]
    url = "https://northamerica-northeast2-my-project.cloudfunctions.net/fulfillment"
    assert call["project"] == "--project=my-project"
    assert {"--cpu=1", "--memory=1Gi", "--concurrency=100", "--min-instances=1"} <= {*call["words"]}
    assert call["settings"]["THREADS"] == "100"
    assert call["settings"]["OIDC_AUDIENCES"].split(",")[-1] == url
    assert call["settings"]["OIDC_ALLOWED"].split(",")[-1] == (
        "scheduler:fulfillment-scheduler@my-project.iam.gserviceaccount.com"
    )
    assert "API_TOKENS" not in call["settings"]


def test_a_setting_that_would_stop_the_start_stops_the_deployment(desk: Desk) -> None:
    desk.change(TEST_RECIPIENT="")
    done = desk.deploy()
    assert done.returncode == 1
    assert "TEST_RECIPIENT must be the address" in done.stdout
    assert desk.calls() == []


def test_a_dry_run_prints_what_the_first_time_does_and_does_nothing(desk: Desk) -> None:
    dry = desk.deploy("--dry-run")
    assert (dry.returncode, desk.calls()) == (0, [])
    printed = [line.split()[2:4] for line in dry.stdout.splitlines() if line.startswith("gcloud ")]
    desk.deploy()
    asking = {"describe", "access", "list"}
    assert printed == [call["words"][:2] for call in desk.calls() if not asking & {*call["words"]}]
    assert "a-long-random-text" not in dry.stdout


def test_a_revert_sends_all_requests_to_the_revision_before(desk: Desk) -> None:
    done = desk.deploy("--revert")
    assert commands(desk.calls()) == ["run services update-traffic fulfillment"]
    assert "fulfillment-00001-old" in done.stdout


def test_the_schedule_is_resumed_and_paused_as_often_as_one_likes(desk: Desk) -> None:
    desk.deploy()
    desk.calls()
    assert desk.deploy("--resume").returncode == 0
    assert [word.split()[2:] for word in commands(desk.calls())] == [
        ["resume", f"fulfillment-{job}"] for job in ("outbox", "refresh", "audit")
    ]
    assert desk.deploy("--resume").stdout.startswith("The scheduler's jobs are resumed")
    assert commands(desk.calls()) == []
    assert desk.deploy("--pause").stdout.startswith("The scheduler's jobs are paused")
    assert [word.split()[2] for word in commands(desk.calls())] == ["pause"] * 3
    assert (desk.deploy("--pause").returncode, commands(desk.calls())) == (0, [])


def test_a_schedule_that_was_never_made_cannot_be_resumed(desk: Desk) -> None:
    done = desk.deploy("--resume")
    assert done.returncode == 1
    assert "There is no job fulfillment-outbox: run ./deploy.sh first." in done.stderr


def test_an_option_that_is_not_known_is_refused(desk: Desk) -> None:
    done = desk.deploy("--dryrun")
    assert done.returncode == 1
    assert "--dryrun is not known here" in done.stderr


def test_every_secret_setting_is_kept_as_a_secret() -> None:
    line = next(line for line in SCRIPT.read_text().splitlines() if line.startswith("readonly SECRETS="))
    named = {*line.partition("(")[2].rstrip(")").split()}
    assert named == {
        name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in repr(field.annotation)
    }


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_the_script_is_clean() -> None:
    subprocess.run(["shellcheck", SCRIPT], check=True)


@pytest.mark.skipif(not shutil.which("gcloud"), reason="gcloud is not installed")
def test_nothing_but_the_function_is_uploaded(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["gcloud", "meta", "list-files-for-upload", str(ROOT)],
        env={**os.environ, "CLOUDSDK_CONFIG": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    first = {Path(line).parts[0] for line in listed.stdout.splitlines()}
    assert first == {"main.py", "requirements.txt", "sheets_schema.yaml", "fulfillment"}
