"""Defects that people reported, each told by its own name; what AWS does, blamed on nobody."""

from __future__ import annotations

import pytest

QUICK = ("--profile", "quick", "--seed", "7")


@pytest.fixture
def on_reference(reference_port, proxied, case, run):
    """Runs one service of the reference with a published case in front of it."""

    def go(name, service, *arguments):
        url = proxied(case(name), reference_port)
        return run(url, "--service", service, *QUICK, *arguments)

    return go


def test_an_error_without_a_code_is_told_wherever_it_comes(on_reference):
    found = on_reference("run-404-xml", "apigateway")

    assert found.code == 1
    assert "apigateway/UpdateApiKey/error/NotFoundException" in found.failed()
