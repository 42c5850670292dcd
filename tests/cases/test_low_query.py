"""What a run without an overlay decides more of, in services with large answers and old names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.contract.aws_values import suggested
from conformance.contract.inference.binding import Binding
from conformance.contract.levels import Level, Source
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.vocabulary.overlay_rules import RobustRule
from conformance.engine.decision_order import MAY_HANG, MAY_MAKE_MANY, MAY_SPOIL, DecisionOrder
from conformance.engine.request_savings import RequestSavings
from conformance.engine.resources.inventory import IN_VAIN, Inventory
from conformance.engine.resources.prerequisites import first_operations, naming, within
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.sending.settling import Arrival
from conformance.engine.watching.response_coverage import ResponseCoverage
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.refusal_values import RefusalText
from conformance.plan.valid_requests.request_repair import repaired
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read
from tests import contracts

EXCHANGE = Exchange(Request("POST", "http://127.0.0.1:1/", ()), None, None, 0.0)
ARN = "${made.db-instance.DBInstance.DBInstanceArn}"


def _answer(status: int, code: str | None = None, message: str = "") -> ParsedResponse:
    return ParsedResponse(status, {}, code, message, "", 1)


@pytest.mark.parametrize(
    ("address", "is_late"),
    [
        ("GetMetricData/request/StartTime/type", True),
        ("GetMetricData/request/MetricDataQueries[].MetricStat.Period/minimum", True),
        ("GetMetricData/request/MaxDatapoints/type", False),
        ("GetMetricData/request/StartTime/required", False),
        ("DescribeAlarmsForMetric/request/Period/minimum", False),
    ],
)
def test_what_may_make_a_span_of_time_endless_is_asked_last(address: str, *, is_late: bool) -> None:
    contract = contracts.inferred("cloudwatch")
    found = next(one for one in catalogue(contract) if one.id == f"cloudwatch/{address}")
    order = DecisionOrder(contract, RequestSavings(thrifty=True), lambda _: False)
    assert (order.turn(found) == MAY_SPOIL) is is_late


def test_what_takes_many_requests_each_comes_after_the_other_sequences() -> None:
    contract = contracts.inferred("kinesis")
    order = DecisionOrder(contract, RequestSavings(thrifty=True), lambda _: False)
    ranks = {one.id.rpartition("/")[2]: order.rank(one) for one in catalogue(contract)}
    parts = [rank for name, rank in ranks.items() if name.endswith("-parts-are-stored")]
    others = ranks["gone-after-deletion"], ranks["lists-what-was-made"]
    assert parts
    assert min(parts) > max(others)


@pytest.mark.parametrize(
    ("operation", "odd", "turn"),
    [
        ("DescribeConnections", "odd-text", 2),
        ("DescribeConnections", "odd-number", MAY_HANG),
        ("CreateLag", "odd-text", MAY_SPOIL),
        ("CreateLag", "odd-number", MAY_MAKE_MANY),
    ],
)
def test_odd_numbers_for_what_only_looks_come_before_what_may_spoil_lists(
    operation: str, odd: str, turn: int
) -> None:
    rule = RobustRule(level=Level.EXPECTED, statement="", source=Source(), odd=odd)
    about = SimpleNamespace(keyword="robust", rule=rule, operation=operation)
    savings, contract = RequestSavings(thrifty=True), contracts.inferred("directconnect")
    order = DecisionOrder(contract, savings, lambda name: not name.startswith("Describe"))
    assert order.turn(cast("Any", about)) == turn


def test_what_a_request_says_is_looked_for_where_an_answer_has_the_same_members() -> None:
    contract = contracts.inferred("cloudwatch")
    coverage = cast("ResponseCoverage", SimpleNamespace(_contract=contract))

    def shown_by(name: str) -> list[str]:
        operation = contract.operations[name]
        return [one.name for one in ResponseCoverage._shown_by(coverage, operation)]

    assert shown_by("PutMetricAlarm") == ["DescribeAlarms", "DescribeAlarmsForMetric"]
    assert shown_by("DescribeAlarmsForMetric") == []
    assert shown_by("DeleteAlarms") == []


def test_an_arn_beside_the_identifier_tells_another_name_of_what_is_made() -> None:
    binding = Binding(contracts.modelled("emr"))
    operations = contracts.modelled("emr").operations
    described = binding.of(operations["DescribeCluster"])
    assert (described.about, described.members) == ("job-flow", {"ClusterId": "${id}"})
    policy = binding.of(operations["PutAutoScalingPolicy"])
    assert policy.members["ClusterId"] == "${id.job-flow}"


def test_an_arn_that_the_request_gives_tells_no_other_name() -> None:
    operations = contracts.modelled("rds").operations
    assert "SourceArn" in operations["StartExportTask"].output
    found = Binding(contracts.modelled("rds")).of(operations["CreateBlueGreenDeployment"])
    assert "Source" not in found.members


def test_a_structure_is_called_as_the_end_of_what_it_makes() -> None:
    binding, operations = Binding(contracts.modelled("ses")), contracts.modelled("ses").operations
    described = binding.of(operations["DescribeReceiptRule"])
    assert described.members == {"RuleName": "${id}", "RuleSetName": "${id.receipt-rule-set}"}
    assert binding.of(operations["CreateReceiptRule"]).members["Rule.Name"] == "${name}"
    output = Binding(contracts.modelled("kinesisanalyticsv2")).identities["application-output"]
    assert output.label == "ApplicationName"  # its output has an identifier besides its name


def test_what_is_enabled_already_needs_a_parent_of_its_own() -> None:
    kinds = contracts.inferred("redshift").overlay.kinds()
    assert "SnapshotCopyAlreadyEnabledFault" in contracts.inferred("redshift").operations[
        "EnableSnapshotCopy"
    ].errors  # fmt: skip
    assert kinds["snapshot-copy"].needs == {"cluster": "fresh"}


def test_a_member_that_takes_known_words_is_no_new_name() -> None:
    engine = suggested("EngineName", "", "string", None, "rds")
    assert "mysql" in engine
    assert "${name}" not in engine
    assert "${name}" in suggested("BranchName", "", "string", None, "rds")
    there = suggested("DestinationRegion", "", "string", None, "redshift")
    assert there[0] == "us-west-2"


def test_a_refusal_that_says_what_it_is_not_asks_for_that_first() -> None:
    refusal = _answer(400, "InvalidDBInstanceState", "Instance x is not stopped, as it has to be.")
    found = first_operations(contracts.inferred("rds"), "StartDBInstance", refusal)
    assert next(found).name == "StopDBInstance"
    other = _answer(400, "InvalidDBInstanceState", "Instance x is not in a subnet.")
    named = first_operations(contracts.inferred("rds"), "StartDBInstance", other)
    assert "StopDBInstance" not in [one.name for one in named]


def test_what_a_refusal_shows_becomes_what_was_brought_into_that_state() -> None:
    contract = contracts.inferred("ses")
    told = "Email address not verified 0conform"
    refusal = _answer(400, "MessageRejected", told)
    verify = next(first_operations(contract, "SendTemplatedEmail", refusal))
    assert verify.name == "VerifyEmailAddress"
    given = {"EmailAddress": "c1@example.com"}
    probe = Probe("", verify, Side.ACCEPT, given, "")
    made = SentProbe(probe, given, EXCHANGE, _answer(200))
    operation = contract.operations["SendTemplatedEmail"]
    request = {"Source": "${word:12}", "Template": "${id.template}", "At": "${now:10}"}
    about = {**request, "Source": "c1@example.com"}
    refused = Probe("", operation, Side.ACCEPT, request, "")
    for message, named in ((told, True), ("Email address not verified", False)):
        sent = {"Source": "0conform", "Template": "0conform", "At": 1767225600}
        again = SentProbe(refused, sent, EXCHANGE, _answer(400, "MessageRejected", message))
        assert (about in list(naming(operation, request, made, again))) is named


def test_what_answers_with_an_identifier_is_called_before_what_asks_for_it() -> None:
    contract = contracts.inferred("glue")
    refusal = _answer(400, "EntityNotFoundException", "Run with id a does not exist")
    found = first_operations(contract, "GetWorkflowRunProperties", refusal)
    firsts = [one for one, _ in zip(found, range(3), strict=False)]
    assert firsts
    assert all("RunId" in one.output for one in firsts)


def test_a_name_is_put_inside_that_of_its_resource_where_a_refusal_shows_both() -> None:
    contract = contracts.inferred("route53")
    zone = Probe("", contract.operations["CreateHostedZone"], Side.ACCEPT, {}, "")
    created = SentProbe(zone, {"Name": "zone-0001"}, EXCHANGE, _answer(200))
    about = RunResource("Z1", "", created, "hosted-zone")
    operation = contract.operations["ChangeResourceRecordSets"]

    def request(name: str) -> dict[str, Any]:
        record = {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": "A"}}
        return {"Id": "${id}", "ChangeBatch": {"Changes": [record]}}

    probe = Probe("", operation, Side.ACCEPT, request("${name}"), "")
    for message, tried in (
        ("record-0002 is not permitted in zone zone-0001.", [request("${name}.${made.Name}")]),
        ("record-0002 is not permitted", []),
        ("zone-0001 has too many records", []),
    ):
        refused = _answer(400, "InvalidChangeBatch", message)
        sent = SentProbe(probe, request("record-0002"), EXCHANGE, refused, about)
        assert list(within(sent)) == tried


def test_what_has_to_be_set_of_a_resource_is_set_first() -> None:
    contract = contracts.inferred("glue")
    for told, is_first in (
        ("A schedule must be set on the crawler", True),
        ("A classifier must be set on the crawler", False),
    ):
        refusal = _answer(400, "InvalidInputException", told)
        found = [one.name for one in first_operations(contract, "StartCrawler", refusal)]
        assert (found[:1] == ["UpdateCrawlerSchedule"]) is is_first


@pytest.mark.parametrize(
    ("refusal", "tried"),
    [
        (RefusalText(404, "DBInstanceNotFound", "arn:x", {"db-instance": ARN}), True),
        (RefusalText(500, "", "", {"db-instance": ARN}), True),
        (RefusalText(404, "DBProxyNotFound", "arn:x", {"db-instance": ARN}), False),
        (RefusalText(400, "InvalidParameter", "arn:x", {"db-instance": ARN}), False),
    ],
)
def test_a_made_up_arn_gives_way_to_that_of_what_is_not_there(
    refusal: RefusalText, *, tried: bool
) -> None:
    operation = contracts.modelled("rds").operations["CreateBlueGreenDeployment"]
    request = {"BlueGreenDeploymentName": "${name}", "Source": "arn:aws:rds:x:1:source:y"}
    found = list(repaired(operation, request, request, refusal))
    assert ({**request, "Source": ARN} in found) is tried


def test_the_arn_of_another_service_stays_where_the_member_is_called_after_it() -> None:
    operation = contracts.modelled("rds").operations["StartExportTask"]
    given = {"IamRoleArn": "${aws.role-arn}", "SourceArn": "${aws.queue-arn}"}
    kinds: dict[str, str | None] = {"db-snapshot": "${made.db-snapshot.Arn}"}
    found = list(repaired(operation, given, given, RefusalText(500, "", "", kinds)))
    assert {**given, "SourceArn": "${made.db-snapshot.Arn}"} in found
    assert all(one.get("IamRoleArn", "${aws.role-arn}") == "${aws.role-arn}" for one in found)


def test_a_refusal_means_a_name_by_what_it_is_the_name_of() -> None:
    operation = contracts.modelled("rds").operations["CreateOptionGroup"]
    request = {"EngineName": "MySQL", "MajorEngineVersion": "5.6"}
    refusal = RefusalText(400, "InvalidParameterValue", "Invalid DB engine: non-existent")
    assert {**request, "EngineName": "mysql"} in list(
        repaired(operation, request, request, refusal)
    )


class Broken:
    """Answers a creation as a target without it does, until it is mended."""

    def __init__(self, code: str | None) -> None:
        self.count, self.code = 0, code

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        self.count += 1
        return SentProbe(probe, probe.values, EXCHANGE, _answer(500, self.code), resource)


@pytest.mark.parametrize(("code", "sent"), [(None, IN_VAIN), ("InternalFailure", IN_VAIN + 2)])
def test_what_a_target_has_no_code_for_is_not_made_again_and_again(
    code: str | None, sent: int
) -> None:
    target = Broken(code)
    inventory = Inventory(contracts.inferred("cloudwatch"), target.send)
    for _ in range(IN_VAIN + 2):
        with pytest.raises(SetupFailed):
            inventory.create(kind="dashboard")
    assert target.count == sent


PAGE = b"<!doctype html>\n<title>404 Not Found</title>"
GONE = """<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>
</ErrorResponse>"""


@pytest.mark.parametrize(
    ("code", "message", "waits"),
    [
        ("DBClusterNotFoundFault", "DBCluster cluster-1 not found.", True),
        ("DBClusterNotFoundFault", "There is none.", True),
        ("ResourceNotFound", "There is none.", True),
        ("DBSubnetGroupNotFoundFault", "It is not in cluster-1.", True),
        ("DBClusterNotFoundFault", "DBCluster sample-cluster not found.", False),
        ("DBSubnetGroupNotFoundFault", "There is none.", False),
        ("NoSuchEntity", "There is none.", True),
        ("UnknownResourceFault", "There is none.", True),
        ("", "", False),
    ],
)
def test_only_what_may_not_have_arrived_yet_is_waited_for(
    code: str, message: str, *, waits: bool
) -> None:
    operation = contracts.inferred("rds").operations["RestoreDBClusterToPointInTime"]
    body = GONE.format(code, message).encode() if code else PAGE
    missing = Exchange(EXCHANGE.request, Response(404, (), body), None, 0.0)
    probe = Probe("", operation, Side.ACCEPT, {}, "")
    sent = SentProbe(probe, {}, missing, read(missing, operation))
    made = RunResource("cluster-1", "", sent, "db-cluster")
    values = {"DBClusterIdentifier": "cluster-1", "SourceDBClusterIdentifier": "sample-cluster"}
    slept = list[float]()
    Arrival(3.0, slept.append).wait(made, operation, missing, lambda: missing, values)
    assert bool(slept) is waits


def _values(service: str, operation: str) -> dict[str, Any]:
    contract = contracts.inferred(service)
    return valid_request(contract, contract.operations[operation])


def test_the_made_up_request_has_the_known_word() -> None:
    assert _values("rds", "CreateOptionGroup")["EngineName"] == "mysql"
    assert _values("rds", "CreateOptionGroup")["OptionGroupName"] == "${name}"
