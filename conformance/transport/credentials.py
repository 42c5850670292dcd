"""Whose credentials sign: the standard chain, or test/test for a target on this machine."""

import os

from conformance.transport.errors import NoCredentials
from conformance.transport.signing import Credentials

DEFAULT_REGION = "us-east-1"
TEST_CREDENTIALS = Credentials("test", "test")


def find_credentials(
    *, is_loopback: bool, profile: str | None = None, region: str | None = None
) -> tuple[Credentials, str]:
    """The credentials and the region to sign with.

    The environment is looked at first by ourselves: loading botocore's chain takes longer than
    the first requests of a run. For a target on this machine with nothing set, test/test in
    us-east-1, without asking an instance's metadata service. A ``profile`` that is named counts
    over the environment, and so does a ``region``.

    Raises NoCredentials where the chain has none, or the profile cannot be used, and no default
    applies; or what it has cannot stand in a request.
    """
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    found = None
    if not profile and not os.environ.get("AWS_PROFILE"):
        found = _environment()
        if found is None and is_loopback and not _has_files():
            found = TEST_CREDENTIALS
    if found is None:
        found, region = _chain(profile, region, is_loopback=is_loopback)
    return _usable(found, region or DEFAULT_REGION)


def _usable(found: Credentials, region: str) -> tuple[Credentials, str]:
    """Both without the ends of lines, which a file of variables may have. Raises NoCredentials."""
    parts = {
        "access key": found.access_key.strip(),
        "secret key": found.secret_key.strip(),
        "session token": (found.token or "").strip(),
        "region": region.strip(),
    }
    for name, text in parts.items():
        if not text.isascii() or not text.isprintable() or " " in text:
            raise NoCredentials(f"the {name} has an invalid character")
    access, secret, token, region = parts.values()
    return Credentials(access, secret, token or None), region


def _environment() -> Credentials | None:
    access, secret = (os.environ.get(f"AWS_{x}") for x in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    if not access or not secret:
        return None
    return Credentials(access, secret, os.environ.get("AWS_SESSION_TOKEN") or None)


def _has_files() -> bool:
    """Whether there is anything for the chain to read on this machine."""
    named = (
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
    )
    # A user without a home, as in a container, has no such file.
    return any(os.path.isfile(os.path.expanduser(name)) for name in named)  # noqa: PTH111, PTH113


def _chain(
    profile: str | None, region: str | None, *, is_loopback: bool
) -> tuple[Credentials, str]:
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session(profile=profile)
    if is_loopback:
        # Asking the metadata service of a machine that is none takes seconds.
        session.set_config_variable("metadata_service_num_attempts", 0)
    try:
        found = session.get_credentials()
        region = region or session.get_config_variable("region") or DEFAULT_REGION
        frozen = None if found is None else found.get_frozen_credentials()
    except BotoCoreError as error:
        raise NoCredentials(str(error)) from error
    if frozen is not None:
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token), region
    if is_loopback and profile is None:
        return TEST_CREDENTIALS, region
    raise NoCredentials
