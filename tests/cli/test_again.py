"""The line ``again:`` of a run: every option that decides what is sent, and none forgotten."""

from __future__ import annotations

import shlex

import click
import pytest

from conformance.cli import judge, run
from conformance.cli.options import PROTOCOL, SPECS
from conformance.cli.run_options import NOT_REPEATED, command_line

VALUES = {
    "services": ("apigateway",),
    "globs": ("apigateway/*", "!apigateway/Import ApiKeys/*"),
    "excluded": ("apigateway/ImportApiKeys/*",),
    "given": ("KeyName=my key",),
    "profile": "deep",
    "seed": 11,
    "headers": ("X-Tenant: blue",),
    "config": "a file.toml",
    "changed_since": "a record.jsonl",
    "time_limit": 90.0,
    "max_requests": 500,
    "protocol": "awsQuery",
    "rate": 2.5,
    "timeout": 3.0,
    "auth": "require",
    "baseline": "accepted 'failures'.yaml",
    "shard": "2/3",
    "ca_bundle": "our ca.pem",
    "region": "eu-west-1",
    "profile_name": "somebody",
    "expect_account": "012345678901",
    "endpoint_url": "http://127.0.0.1:1",
    "quota_factor": 0.5,
    "specs": "my specs",
    "target": "http://127.0.0.1:2",
    "targets": ("http://127.0.0.1:3",),
    "traffic": ("one file.har", "other.har"),
}
"""A value other than the default for each option that takes one; flags are set."""


def changed(command, names):
    """Every parameter of a command at its default, but for those named."""
    with_values = {}
    for one in command.params:
        flag = getattr(one, "is_flag", False)
        default = False if flag else () if one.multiple or one.nargs != 1 else one.default
        with_values[one.name] = (flag or VALUES[one.name]) if one.name in names else default
    return with_values


def again(command, given):
    context = click.Context(command, info_name="run")
    context.meta[SPECS], context.meta[PROTOCOL] = given.pop("specs", None), given.get("protocol")
    with context:
        return command_line(command, given)


def options(command):
    found = [one for one in command.params if isinstance(one, click.Option)]
    assert len(found) > 5
    return found


COMMANDS = [pytest.param(run.command, id="run"), pytest.param(judge.command, id="judge")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_repeated_or_has_a_reason_not_to_be(command):
    for option in options(command):
        if option.name in NOT_REPEATED:
            assert NOT_REPEATED[option.name]
            continue
        assert option.is_flag or option.name in VALUES, f"say what {option.opts} could be"
        parts = shlex.split(again(command, changed(command, {option.name})))
        assert max(option.opts, key=len) in parts, option.name


@pytest.mark.parametrize("command", COMMANDS)
def test_the_line_is_read_as_what_was_asked_for(command):
    named = {one.name for one in command.params} - {*NOT_REPEATED}
    parts = shlex.split(again(command, changed(command, named)))
    context = command.context_class(command, info_name="run", resilient_parsing=True)
    read, _, _ = command.make_parser(context).parse_args(args=parts[2:])
    for option in options(command):
        if option.name in named:
            found = read[option.name]
            wanted = True if option.is_flag else VALUES[option.name]
            if isinstance(wanted, float):
                found = float(found)
            assert (tuple(found) if option.multiple else found) == (
                str(wanted) if isinstance(wanted, int) and not option.is_flag else wanted
            )


def test_what_is_not_asked_for_is_not_said():
    assert again(run.command, changed(run.command, set())) == "conformance run reference"


def test_a_run_says_it(conformance, place):
    glob = "apigateway/GetApiKey/status/*"
    arguments = (
        "run", "--requirement", glob, "--exclude", "*/no-5xx", "--timeout", "7.5", "--seed", "3",
        "--profile", "quick", "--specs", "specs here", "-q", "--record", "r.jsonl",
    )  # fmt: skip
    from conformance.contract.locate import specs_folder

    (place / "specs here").mkdir()
    for needed in ("apigateway", "protocols"):
        (place / "specs here" / needed).symlink_to(specs_folder() / needed)
    ended = conformance(*arguments)

    line = next(one for one in ended.out.splitlines() if one.startswith("again: "))
    parts = shlex.split(line.removeprefix("again: "))
    assert parts[:3] == ["conformance", "run", "reference"]
    for pair in [("--requirement", glob), ("--exclude", "*/no-5xx"), ("--timeout", "7.5"),
                 ("--specs", "specs here"), ("--seed", "3"), ("--profile", "quick")]:  # fmt: skip
        assert parts[parts.index(pair[0]) + 1] == pair[1]
    assert conformance(*parts[1:], "--record", "again.jsonl", "-q").code == ended.code == 0
