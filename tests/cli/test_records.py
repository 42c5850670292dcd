"""``report`` and ``replay``: records as they are, and records that are none."""

from __future__ import annotations

import pytest

from conformance.record import Verdict, read_record
from conformance.reference.server import HOST, ServerOptions
from tests import serving
from tests.command import in_process

REQUIREMENT = "location/UpdateKey/request/Description/maxLength"
FAULT = "constraint:UpdateKey:Description:maxLength:off"
FEW = ("--requirement", REQUIREMENT, "--requirement", "location/UpdateKey/status/200")


@pytest.fixture(scope="module")
def mutant():
    """The URL of the reference with one fault."""
    with serving.reference(ServerOptions(faults=(FAULT,))) as port:
        yield f"http://{HOST}:{port}"


@pytest.fixture(scope="module")
def recorded(mutant, tmp_path_factory):
    """A record with one failure, made once."""
    path = tmp_path_factory.mktemp("recorded") / "r.jsonl"
    assert (
        in_process("run", mutant, *FEW, "--html", path.with_name("r.html"), "--record", path).code
        == 1
    )
    return path.read_bytes()


@pytest.fixture
def record(recorded, place):
    path = place / "r.jsonl"
    path.write_bytes(recorded)
    return path


LINES = ['{"type":"run","format":99}', '{"type":"verdict"}', "not json", "[]", "{", "\udcff"]


@pytest.mark.parametrize("content", LINES)
@pytest.mark.parametrize("command", [["report"], ["replay"]])
def test_a_corrupt_record(conformance, place, command, content):
    (place / "r.jsonl").write_bytes(content.encode("utf-8", "surrogateescape") + b"\n")
    arguments = [*command, "r.jsonl", *(["x/y"] if command == ["replay"] else [])]
    assert "r.jsonl:1: " in conformance(*arguments).complaint(2)


def test_a_record_that_is_not_there(conformance):
    ended = conformance("report", "missing.jsonl")
    assert ended.code == 2
    assert "cannot read the record missing.jsonl: No such file" in ended.err


def test_a_record_with_a_broken_line_in_the_middle(conformance, record):
    lines = record.read_text().splitlines()
    record.write_text("\n".join([lines[0], "half of a li", *lines[1:]]) + "\n")
    assert "r.jsonl:2: " in conformance("report", record).complaint(2)


def test_a_report_of_a_run_that_was_cut_off(conformance, record):
    data = record.read_bytes()
    record.write_bytes(data[: data.rindex(b'{"type":"summary"') + 20])
    ended = conformance("report", record)
    assert ended.code == 0
    assert "cut off" in ended.out
    assert REQUIREMENT in ended.out


def test_reports_of_every_kind(conformance, record, place):
    kinds = ("html", "junit", "markdown")
    ended = conformance("report", record, *(f"--{kind}=out.{kind}" for kind in kinds))
    assert ended.code == 0
    assert ended.out.split() == [f"out.{kind}" for kind in kinds]
    for kind in kinds:
        assert REQUIREMENT in (place / f"out.{kind}").read_text()


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("location/UpdateKey/status/200", "its verdict is passed"),
        ("location/UpdateKey/status/no-5xx", "it is not in the record"),
        ("nonsense", "it is not in the record"),
    ],
)
def test_nothing_to_replay(conformance, record, requirement, said):
    complaint = conformance("replay", record, requirement).complaint(2)
    assert requirement in complaint
    assert said in complaint


def test_replay_sees_the_same_failure_again(conformance, record):
    assert read_record(record).verdicts
    ended = conformance("replay", record, REQUIREMENT)
    assert ended.code == 1
    assert "the answer is the same" in ended.out


def test_replay_sees_that_it_was_mended(conformance, record, target):
    ended = conformance("replay", record, REQUIREMENT, "--target", target.url)
    assert ended.code == 0
    assert "the answer is different now" in ended.out


def test_replay_at_a_target_that_is_gone(conformance, record, target):
    target.die()
    ended = conformance("replay", record, REQUIREMENT, "--target", target.url)
    assert "cannot connect" in ended.complaint(3)


def test_the_failure_is_in_the_record(record):
    found = {line.requirement: line.verdict for line in read_record(record).verdicts}
    assert found == {REQUIREMENT: Verdict.FAILED, "location/UpdateKey/status/200": Verdict.PASSED}


WIRE = [
    ("protocol:unknown-route-unread", "location/protocol/keep-alive-after-error"),
    ("protocol:labels-undecoded", "apigateway/protocol/label-percent-encoding"),
    ("protocol:labels-undecoded", "location/protocol/label-percent-encoding"),
    ("protocol:header-case", "location/protocol/header-names"),
    ("protocol:charset-refused", "apigateway/protocol/content-type-charset"),
    ("protocol:accept-anything-refused", "location/protocol/accept-anything"),
]


@pytest.mark.parametrize(("fault", "requirement"), WIRE)
def test_what_was_wrong_on_the_wire_is_sent_again_as_it_was(
    conformance, place, target, fault, requirement
):
    with serving.reference(ServerOptions(faults=(fault,))) as port:
        wanted = ("--requirement", requirement)
        url = f"http://{HOST}:{port}"
        assert conformance("run", url, *wanted, "--record", "w.jsonl").code == 1
        assert conformance("replay", "w.jsonl", requirement).code == 1
    assert conformance("replay", "w.jsonl", requirement, "--target", target.url).code == 0
    assert conformance("report", "w.jsonl", "--html=w.html").code == 0
