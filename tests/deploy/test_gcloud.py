"""deploy.sh with the real gcloud, against a Google Cloud on this machine: what it sends, the APIs take."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.google_cloud import APIS, Asked, Cloud, problems
from tests.local import ROOT

pytestmark = [
    pytest.mark.skipif(not shutil.which("gcloud"), reason="gcloud is not installed"),
    pytest.mark.timeout(400),  # thirty starts of gcloud
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Everything that a first deployment asks of Google."""
    folder = tmp_path_factory.mktemp("gcloud")
    settings = folder / "deploy.env"
    settings.write_text((ROOT / "deploy.example.env").read_text())
    with Cloud() as cloud:
        done = subprocess.run(
            [ROOT / "deploy.sh", "--env", os.path.relpath(settings, ROOT)],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "CLOUDSDK_CONFIG": str(folder / "gcloud"),
                **cloud.environment(),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=390,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return cloud.asked


def test_every_request_is_one_that_the_api_takes(asked: list[Asked]) -> None:
    wrong = {f"{each.method} {each.path}": [*problems(each)] for each in asked if each.api in APIS}
    assert {call: found for call, found in wrong.items() if found} == {}
    assert {each.api for each in asked} >= {"CLOUDFUNCTIONS", "CLOUDSCHEDULER", "SECRETMANAGER", "MONITORING"}


def test_the_function_is_as_the_settings_say(asked: list[Asked]) -> None:
    (made,) = [each.body for each in asked if each.api == "CLOUDFUNCTIONS" and each.query.get("functionId")]
    service = made["serviceConfig"]
    assert made["buildConfig"]["entryPoint"] == "handle"
    assert service["maxInstanceRequestConcurrency"] == 100
    assert (service["availableCpu"], service["availableMemory"]) == ("1", "1Gi")
    assert service["minInstanceCount"] == 1
    assert [secret["key"] for secret in service["secretEnvironmentVariables"]] == ["API_TOKENS"]
    assert "API_TOKENS" not in service["environmentVariables"]


def test_the_scheduler_calls_with_a_token_made_for_the_function(asked: list[Asked]) -> None:
    jobs = [each.body for each in asked if each.api == "CLOUDSCHEDULER" and each.path.endswith("/jobs")]
    assert [Path(job["httpTarget"]["uri"]).name for job in jobs] == ["send", "refresh", "audit"]
    audiences = {job["httpTarget"]["oidcToken"]["audience"] for job in jobs}
    assert audiences == {"https://northamerica-northeast2-my-project.cloudfunctions.net/fulfillment"}
    assert sum(each.path.endswith(":pause") for each in asked) == 3


def test_errors_in_the_log_are_mailed(asked: list[Asked]) -> None:
    policies = [each.body for each in asked if each.method == "POST" and each.path.endswith("/alertPolicies")]
    assert policies[0]["notificationChannels"] == ["projects/my-project/notificationChannels/1"]
    assert "severity>=ERROR" in policies[0]["conditions"][0]["conditionMatchedLog"]["filter"]
