"""The files that ``conformance init`` writes."""

from __future__ import annotations

GITHUB_FILE, GITLAB_FILE = ".github/workflows/conformance.yml", ".gitlab/conformance.yml"

_CONFIG = """\
# What `conformance run` tests, and how; `conformance config schema` has every key.
target = "{target}"
profile = "quick"
seed = 1
# service = ["apigateway"]       # default: every service with a contract
# exclude = ["apigateway/ImportApiKeys/*"]
# baseline = "accepted.yaml"     # `conformance baseline update RECORD -o accepted.yaml` writes it

[profiles.nightly]               # conformance run --config-profile nightly
profile = "deep"
"""

_START = """
# How `conformance ci` starts the emulator; without it, it has to run already.
[ci]
# start = "my-emulator --host 127.0.0.1 --port 4566"
wait = 60
"""

_GITHUB = """\
name: conformance

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  conformance:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install {packages}
      - run: conformance ci --output conformance-report
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: conformance
          path: conformance-report
"""

_GITLAB = """\
conformance:
  image: python:3.12
  script:
    - pip install {packages}
    - conformance ci --output conformance-report
  artifacts:
    when: always
    paths: [conformance-report]
    reports:
      junit: conformance-report/junit.xml
"""

_PACKAGES = {
    "moto": "'aws-conformance[moto]'",
    "ministack": "aws-conformance ministack",
    "localstack": "aws-conformance 'localstack-core[runtime]'",
}
_USUAL = "http://127.0.0.1:4566"


def config_text(emulator: str) -> str:
    """``conformance.toml`` for an emulator by name, or for one at the usual address."""
    text = _CONFIG.format(target=emulator or _USUAL)
    return text if emulator else text + _START


def github_text(emulator: str) -> str:
    """A workflow of GitHub Actions."""
    return _GITHUB.format(packages=_PACKAGES.get(emulator, "aws-conformance"))


def gitlab_text(emulator: str) -> str:
    """A job of GitLab, to be included."""
    return _GITLAB.format(packages=_PACKAGES.get(emulator, "aws-conformance"))
