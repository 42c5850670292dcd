"""The standard chain signs; test/test only where nothing is set and the target is local."""

from __future__ import annotations

import pytest

from conformance.target.credentials import TEST_CREDENTIALS, find_credentials
from conformance.target.errors import NoCredentials
from conformance.target.signing import Credentials


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


def test_files_without_credentials_leave_a_local_target_with_the_test_ones(tmp_path):
    (tmp_path / "config").write_text("[default]\nregion = eu-central-1\n")
    assert find_credentials(is_loopback=True) == (TEST_CREDENTIALS, "eu-central-1")


def test_an_unknown_profile_is_told(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    with pytest.raises(NoCredentials, match="nowhere"):
        find_credentials(is_loopback=True)
