"""Real AWS: where its services are, and whose account the credentials are of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.errors import BadInput, CouldNotTest
from conformance.transport.address import is_real, parse_url

if TYPE_CHECKING:
    from conformance.transport.signing import Credentials


@cache
def partition_of(region: str) -> str | None:
    """The partition that a region is in; None for an unknown region."""
    # A session of the SDK would read all of its endpoints for that.
    from botocore.loaders import Loader

    for one in Loader().load_data("partitions")["partitions"]:
        if region in one["regions"] or re.match(one["regionRegex"], region):
            return str(one["id"])
    return None


NAME = "aws"
"""What a user calls it as a target."""


class NoRegion(BadInput):
    """No AWS region is named."""

    hint = "give --region REGION, or set AWS_REGION"
    told = "a run on real AWS needs a region"


class NoEndpoint(BadInput):
    """A service that the SDK knows no address of."""

    hint = "the overlay's `sdk` names it as botocore does; choose other services with --service"

    def __init__(self, service: str) -> None:
        super().__init__(f"no AWS endpoint is known for {service}")


class UnknownIdentity(CouldNotTest):
    """AWS does not say whose credentials these are."""

    hint = "check the credentials, the region and the connection to AWS's Security Token Service"

    def __init__(self, detail: str) -> None:
        super().__init__(f"cannot find out which account the credentials belong to: {detail}")


class WrongAccount(CouldNotTest):
    """The credentials are of another account than the user expects."""

    hint = "nothing was sent to it; use the credentials of the account that you want to test"

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"the credentials belong to account {found}, not to {expected}")


@dataclass(frozen=True, slots=True)
class Cloud:
    """One region of AWS as one identity sees it.

    ``endpoint_url`` stands for all of AWS where it is given (as in AWS_ENDPOINT_URL). ``fips`` and
    ``dual_stack`` choose among AWS's own endpoints.
    """

    region: str
    credentials: Credentials
    endpoint_url: str | None = None
    fips: bool = False
    dual_stack: bool = False

    def account(self, *, timeout: float) -> str:
        """The account of the credentials, as STS says it. Raises UnknownIdentity."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client("sts", timeout=timeout).get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise UnknownIdentity(" ".join(str(error).split())) from error
        return str(answer["Account"])

    def url(self, sdk: str, prefix: str = "") -> str:
        """Where a service is; ``prefix`` is for AWS's own hosts alone. Raises NoEndpoint."""
        from botocore.exceptions import BotoCoreError

        try:
            url = str(self._client(sdk).meta.endpoint_url).rstrip("/")
        except BotoCoreError as error:
            raise NoEndpoint(sdk) from error
        if not prefix or not is_real(url):
            return parse_url(url)
        scheme, _, rest = url.partition("://")
        return f"{scheme}://{prefix}{rest}"

    @property
    def partition(self) -> str:
        return partition_of(self.region) or "aws"

    def _client(self, sdk: str, timeout: float = 10.0) -> Any:
        from botocore.config import Config
        from botocore.session import Session

        # Where neither is requested, the environment's and the profile's settings count.
        config = Config(
            connect_timeout=timeout, read_timeout=timeout, retries={"total_max_attempts": 3},
            use_fips_endpoint=self.fips or None, use_dualstack_endpoint=self.dual_stack or None,
        )  # fmt: skip
        return Session().create_client(
            sdk, region_name=self.region, endpoint_url=self.endpoint_url, config=config,
            aws_access_key_id=self.credentials.access_key,
            aws_secret_access_key=self.credentials.secret_key,
            aws_session_token=self.credentials.token,
        )  # fmt: skip


def hold_to(expected: str, found: str) -> None:
    """Raise WrongAccount where the account is another one."""
    if found != expected:
        raise WrongAccount(expected, found)
