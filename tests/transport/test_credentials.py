"""The standard chain signs; test/test only where nothing is set and the target is local."""

from __future__ import annotations

import json
from http.server import HTTPServer

import pytest

from conformance.transport.credentials import TEST_CREDENTIALS, find_credentials
from conformance.transport.errors import NoCredentials
from conformance.transport.signing import Credentials
from tests.serving import Quiet, running


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    import os

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_local_target_needs_none():
    assert find_credentials(is_loopback=True) == (TEST_CREDENTIALS, "us-east-1")


def test_a_remote_target_needs_some():
    with pytest.raises(NoCredentials) as problem:
        find_credentials(is_loopback=False)
    assert problem.value.exit_code == 3
    assert "AWS_ACCESS_KEY_ID" in problem.value.hint


@pytest.mark.parametrize("is_loopback", [True, False])
def test_the_environment_comes_first(monkeypatch, is_loopback):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    expected = (Credentials("id", "secret", "token"), "eu-west-1")
    assert find_credentials(is_loopback=is_loopback) == expected


@pytest.mark.parametrize("is_loopback", [True, False])
def test_a_profile_is_read(monkeypatch, tmp_path, is_loopback):
    keys = "aws_access_key_id = id\naws_secret_access_key = secret\n"
    (tmp_path / "credentials").write_text(f"[other]\n{keys}")
    (tmp_path / "config").write_text("[profile other]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_PROFILE", "other")
    expected = (Credentials("id", "secret"), "eu-central-1")
    assert find_credentials(is_loopback=is_loopback) == expected


@pytest.mark.parametrize("is_loopback", [True, False])
def test_a_profile_and_a_region_that_are_named_count_over_the_environment(
    monkeypatch, tmp_path, is_loopback
):
    keys = "aws_access_key_id = id\naws_secret_access_key = secret\naws_session_token = token\n"
    (tmp_path / "credentials").write_text(f"[other]\n{keys}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the environment")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    found = find_credentials(is_loopback=is_loopback, profile="other", region="eu-north-1")
    assert found == (Credentials("id", "secret", "token"), "eu-north-1")


def test_a_profile_that_is_named_must_be_there():
    with pytest.raises(NoCredentials, match="nowhere"):
        find_credentials(is_loopback=True, profile="nowhere")


def test_a_process_of_the_profile_may_give_the_credentials(monkeypatch, tmp_path):
    answer = '{"Version": 1, "AccessKeyId": "id", "SecretAccessKey": "s", "SessionToken": "t"}'
    (tmp_path / "answer").write_text(answer)
    (tmp_path / "config").write_text(
        f"[profile made]\ncredential_process = cat {tmp_path / 'answer'}\n"
    )
    found, _ = find_credentials(is_loopback=False, profile="made")
    assert found == Credentials("id", "s", "t")


def test_a_container_gives_its_credentials(monkeypatch):
    class Container(Quiet):
        def answer(self):
            keys = {"AccessKeyId": "id", "SecretAccessKey": "s", "Token": "t"}
            body = json.dumps({**keys, "Expiration": "2099-01-01T00:00:00Z"}).encode()
            self.reply(200 if self.headers["Authorization"] == "ours" else 403, {}, body)

    with running(HTTPServer(("127.0.0.1", 0), Container)) as url:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/keys")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "ours")
        found, _ = find_credentials(is_loopback=False)
    assert found == Credentials("id", "s", "t")


def test_single_sign_on_is_asked_for_its_cached_session(monkeypatch, tmp_path):
    (tmp_path / "config").write_text(
        "[profile sso]\nsso_start_url = https://example.test/start\nsso_region = us-east-1\n"
        "sso_account_id = 123456789012\nsso_role_name = role\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(NoCredentials, match="SSO"):
        find_credentials(is_loopback=False, profile="sso")


def test_files_without_credentials_leave_a_local_target_with_the_test_ones(tmp_path):
    (tmp_path / "config").write_text("[default]\nregion = eu-central-1\n")
    assert find_credentials(is_loopback=True) == (TEST_CREDENTIALS, "eu-central-1")


def test_an_unknown_profile_is_told(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    with pytest.raises(NoCredentials, match="nowhere"):
        find_credentials(is_loopback=True)
