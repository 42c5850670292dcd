"""The pytest plugin as the author of an emulator uses it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.suite.scheduling import parts, scopes

ROOT = Path(__file__).parents[2]
ID = "apigateway/UpdateApiKey/patch/description/replace"
CELLS = [
    f"apigateway/UpdateApiKey/patch/{path}/replace" for path in ("description", "labels", "name")
]
SUITE = """
from conformance.suite import Suite

conformance = Suite(services=["apigateway"], requirements=[{globs}], profile="quick", {more})
"""


@pytest.fixture
def declared(pytester):
    """Writes a conftest with a suite."""

    def write(*globs, before="", **more):
        named = ", ".join(f"{name}={value!r}" for name, value in more.items())
        text = SUITE.format(globs=", ".join(map(repr, globs or CELLS)), more=named)
        pytester.makeconftest(before + text)

    return write


@pytest.fixture
def wrong(reference, declared):
    """A target that does not show a replaced description, and a suite for it."""
    target = reference("show:UpdateApiKey:description:missing")
    declared(target=target.url)
    return target


def test_the_project_registers_the_plugin():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"conformance": "conformance.suite.plugin"}


def test_a_failure_is_explained_without_a_traceback(wrong, tests):
    done = tests()
    done.assert_outcomes(passed=2, failed=1)
    text = done.stdout.str()
    done.stdout.fnmatch_lines(
        [
            f"*{ID}*",
            "expected description in the answer is *; seen no description in the answer",
            "'replace' on '/description' *",
            "patch-operations.md, *",
            "*curl *",
            f"FAILED conftest.py::{ID} - expec*",
        ]
    )
    assert "Traceback" not in text
    assert "collecting.py" not in text


def test_selecting_by_name_and_level(wrong, tests):
    tests("-k", "UpdateApiKey/patch/name").assert_outcomes(passed=1, deselected=2)
    tests("-m", "required", "--strict-markers", "-q").assert_outcomes(deselected=3)


def test_the_first_failure_ends_the_run_and_runs_first_the_next_time(wrong, tests):
    done = tests("-x", "-v")
    assert done.parseoutcomes()["failed"] == 1
    assert done.parseoutcomes().get("passed", 0) < 2
    assert wrong.left() == 0
    tests("--lf").assert_outcomes(failed=1)


def test_junit(wrong, tests, pytester):
    tests("--junitxml=out.xml")
    cases = {one.get("name"): one for one in _cases(pytester.path / "out.xml")}
    assert len(cases) == 3
    failure = cases[ID].find("failure")
    assert failure is not None
    assert "curl" in str(failure.text)


def _cases(path):
    return ET.parse(path).iter("testcase")  # noqa: S314 - pytest has written it


def test_workers_share_the_requirements(wrong, tests, pytester):
    pytester.makepyfile("def test_mine():\n    assert True\n")
    done = tests("-n", "2", "-q", apart=True)
    done.assert_outcomes(passed=3, failed=1)
    assert wrong.left() == 0


BASELINE = "format: 1\naccepted:\n- requirement: {name}\n  reason: known since May\n"


def test_an_accepted_failure_is_a_strict_xfail(wrong, declared, tests, pytester):
    (pytester.path / "accepted.yaml").write_text(BASELINE.format(name=ID))
    done = tests("--conformance-baseline", "accepted.yaml", "-rx")
    done.assert_outcomes(passed=2, xfailed=1)
    done.stdout.fnmatch_lines([f"XFAIL *{ID} - known since May*"])
    name = "apigateway/UpdateApiKey/patch/name/replace"
    (pytester.path / "accepted.yaml").write_text(BASELINE.format(name=name))
    declared(target=wrong.url, baseline="accepted.yaml")
    done = tests()
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(["*XPASS(strict)*known since May*"])


def test_a_fixture_starts_the_target_and_ends_it_last(declared, tests):
    before = """
import pytest
from tests.cli.conftest import Target

@pytest.fixture(scope="session")
def emulator():
    target = Target()
    yield target.url
    print("LEFT", target.left())
    target.end()
"""
    declared(before=before, fixture="emulator")
    done = tests("-s", "-v")
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines([f"*conftest.py::{ID} PASSED*", "*LEFT 0"])


def test_what_is_lacking_is_skipped_with_the_reason(reference, declared, tests):
    target = reference()
    target.reference.send = _lacking
    declared("apigateway/GetTags/*", target=target.url)
    done = tests("-rs")
    assert set(done.parseoutcomes()) == {"skipped"}
    done.stdout.fnmatch_lines(["SKIPPED * unsupported: the target says so: 501 *"])


def _lacking(request):
    from conformance.transport.exchange import Exchange, Response

    body = b'{"message":"not yet"}'
    headers = (("Content-Type", "application/json"), ("x-amzn-errortype", "NotImplemented"))
    return Exchange(request, Response(501, headers, body), None, 0.0)


def test_nothing_there_is_an_error_in_one_line(declared, tests):
    declared(target="http://127.0.0.1:1")
    done = tests("-k", "name")
    done.assert_outcomes(errors=1, deselected=2)
    done.stdout.fnmatch_lines(["*could not be tested: *"])
    assert "Traceback" not in done.stdout.str()


def test_a_failure_below_the_gate_is_an_xfail(reference, declared, tests):
    target = reference("limit:description:off")
    declared("apigateway/CreateApiKey/request/description/maxLength/message", target=target.url)
    done = tests("-rx")
    done.assert_outcomes(xfailed=1)
    done.stdout.fnmatch_lines(["XFAIL * - *strict, does not fail the gate: *"])
    declared(
        "apigateway/CreateApiKey/request/description/maxLength/message",
        target=target.url,
        strict=True,
    )
    tests().assert_outcomes(failed=1)


def test_without_writing_anything(reference, tests):
    target = reference()
    done = tests(
        "--pyargs", "conformance.suite", "--conformance-target", target.url,
        "--conformance-service", "apigateway", "--conformance-profile", "quick",
        "--conformance-seed", "3", "-k", "patch/name",
    )  # fmt: skip
    outcomes = done.parseoutcomes()
    assert outcomes["passed"] >= 3
    assert "failed" not in outcomes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give a target to test: --conformance-target URL"),
        (["--conformance-target", "aws"], "only `conformance run aws` tests real AWS"),
        (["--conformance-target", "reference", "--conformance-service", "x"], "hint:"),
        (["--conformance-target", "reference", "--conformance-baseline", "none"], "none"),
    ],
)
def test_bad_usage_is_told_in_one_line(tests, arguments, said):
    done = tests("--pyargs", "conformance.suite", *arguments, apart="none" in arguments)
    assert done.ret != 0
    assert said in done.stdout.str() + done.stderr.str()
    assert "Traceback" not in done.stdout.str()


def test_the_plugin_costs_nothing_where_it_is_not_used(tests, pytester):
    pytester.makepyfile(
        """
        import sys

        def test_mine():
            ours = {name for name in sys.modules if name.startswith("conformance")}
            assert ours <= {
                "conformance", "conformance.suite", "conformance.suite.plugin"
            }
        """
    )
    tests(apart=True).assert_outcomes(passed=1)


def test_parts_keep_operations_together():
    ids = [f"a/{op}/{n}" for op in "PQ" for n in range(10)] + [f"b/R/{n}" for n in range(20)]
    assert set(parts(ids, 1).values()) == {0}
    two = parts(ids, 2)
    assert {two[one] for one in ids[:20]} == {0}
    assert {two[one] for one in ids[20:]} == {1}
    assert set(parts(ids, 9).values()) <= set(range(9))
    nodes = [f"x/conftest.py::{one}" for one in ids] + ["x/test_a.py::test_b[c/d]"]
    assert scopes(nodes, 2) == {
        f"x/conftest.py::{one}": f"x/conftest.py::{two[one]}" for one in ids
    }


def test_what_is_excluded_is_no_test(reference, declared, tests):
    declared(target=reference().url, exclude=[ID])
    done = tests("-v")
    done.assert_outcomes(passed=2)
    assert ID not in done.stdout.str()


def test_an_exclusion_on_the_command_line(reference, declared, tests):
    declared(target=reference().url)
    tests("-v", "--conformance-exclude", ID).assert_outcomes(passed=2)
