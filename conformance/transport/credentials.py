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

    Raises:
        NoCredentials: the chain has none, or the profile cannot be used, and no default applies;
            or what it has cannot stand in a request.
    """
    return _usable(*_found(profile, region or _region(), is_loopback=is_loopback))


def _found(
    profile: str | None, region: str | None, *, is_loopback: bool
) -> tuple[Credentials, str]:
    if not profile and not os.environ.get("AWS_PROFILE"):
        found = _environment()
        if found is not None:
            return found, region or DEFAULT_REGION
        if is_loopback and not _has_files():
            return TEST_CREDENTIALS, region or DEFAULT_REGION
    return _chain(profile, region, is_loopback=is_loopback)


def _usable(found: Credentials, region: str) -> tuple[Credentials, str]:
    """Both without the ends of lines, which a file of variables may have. Raises NoCredentials."""
    texts = [found.access_key, found.secret_key, found.token or "", region]
    texts = [one.strip() for one in texts]
    for name, one in zip(
        ("access key", "secret key", "session token", "region"), texts, strict=True
    ):
        if not one.isascii() or not one.isprintable() or " " in one:
            raise NoCredentials(f"the {name} has an invalid character")
    access, secret, token, region = texts
    return Credentials(access, secret, token or None), region


def _environment() -> Credentials | None:
    access, secret = (os.environ.get(f"AWS_{x}") for x in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    if not access or not secret:
        return None
    return Credentials(access, secret, os.environ.get("AWS_SESSION_TOKEN") or None)


def _region() -> str | None:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


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
