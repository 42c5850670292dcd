"""Where AWS's services are: by region, partition and kind of endpoint."""

from __future__ import annotations

import pytest

from conformance.transport.address import is_real
from conformance.transport.aws import Cloud
from conformance.transport.signing import Credentials

KEYS = Credentials("AKID", "secret")


@pytest.mark.parametrize(
    ("region", "options", "gateway", "location"),
    [
        (
            "us-east-1",
            {},
            "https://apigateway.us-east-1.amazonaws.com",
            "https://cp.metadata.geo.us-east-1.amazonaws.com",
        ),
        (
            "us-east-1",
            {"fips": True},
            "https://apigateway-fips.us-east-1.amazonaws.com",
            "https://cp.metadata.geo-fips.us-east-1.amazonaws.com",
        ),
        (
            "eu-west-1",
            {"dual_stack": True},
            "https://apigateway.eu-west-1.api.aws",
            "https://cp.metadata.geo.eu-west-1.api.aws",
        ),
        (
            "cn-north-1",
            {"dual_stack": True},
            "https://apigateway.cn-north-1.api.amazonwebservices.com.cn",
            "https://cp.metadata.geo.cn-north-1.api.amazonwebservices.com.cn",
        ),
    ],
)
def test_each_kind_of_endpoint(region, options, gateway, location):
    cloud = Cloud(region, KEYS, **options)
    assert cloud.url("apigateway") == gateway
    assert cloud.url("location", "cp.metadata.") == location
    assert is_real(gateway)
    assert is_real(location)


def test_the_environment_may_choose_the_kind(monkeypatch):
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    assert "apigateway-fips." in Cloud("us-east-1", KEYS).url("apigateway")
