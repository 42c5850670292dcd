"""What botocore's serializers write, and what its parsers read, is what ours write and read."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import cbor2
import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from conformance.contract.building import build_contract
from conformance.contract.deriving.assemble import assemble_whole
from conformance.contract.model import Contract
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import members_of, read, wire

THEIRS = {
    "aws-query": "query", "ec2-query": "ec2", "rest-xml": "rest-xml",
    "aws-json-1.0": "json", "aws-json-1.1": "json", "rpc-v2-cbor": "smithy-rpc-v2-cbor",
}  # fmt: skip


def contract_of(service: str, *operations: str, protocol: str | None = None) -> Contract:
    model = load_model(service, protocol)
    document, _ = assemble_whole(model_pages(model, service, frozenset(operations)))
    return build_contract(service, document, {})


def theirs(service: str, protocol: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    written = create_serializer(THEIRS[protocol], include_validation=False)
    found: dict[str, Any] = written.serialize_to_request(given, model.operation_model(operation))
    return found


WRITTEN = [
    ("sns", "CreateTopic", {
        "Name": "a", "Attributes": {"DisplayName": "x y", "Policy": "{}"},
        "Tags": [{"Key": "k", "Value": "v&w"}],
    }),
    ("iam", "CreateRole", {
        "RoleName": "r", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 9,
    }),
    ("cloudformation", "CreateStack", {
        "StackName": "s", "DisableRollback": True, "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [{"ParameterKey": "a", "UsePreviousValue": False}],
    }),
    ("ec2", "DescribeInstances", {
        "InstanceIds": ["i-1", "i-2"], "DryRun": True, "MaxResults": 5,
        "Filters": [{"Name": "tag:a", "Values": ["b", "c"]}],
    }),
    ("ec2", "RunInstances", {
        "ImageId": "ami-1", "MinCount": 1, "MaxCount": 2,
        "BlockDeviceMappings": [{"DeviceName": "a", "Ebs": {"VolumeSize": 3}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "k", "Value": "v"}]}],
    }),
    ("dynamodb", "ListTables", {"Limit": 3, "ExclusiveStartTableName": "abc"}),
    ("kms", "CreateKey", {"Description": "ü", "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "given"), WRITTEN)
def test_requests_are_written_as_botocore_writes_them(
    service: str, name: str, given: dict[str, Any]
) -> None:
    contract = contract_of(service, name)
    operation = contract.operations[name]
    ours, other = wire(operation, given), theirs(service, contract.protocol, name, given)
    assert (ours.method, ours.target) == (other["method"], other["url_path"])
    body = (ours.body or b"").decode()
    if isinstance(other["body"], dict):
        assert dict(parse_qsl(body, keep_blank_values=True)) == {
            key: str(value) for key, value in other["body"].items()
        }
    else:
        assert json.loads(body) == json.loads(other["body"])
        assert dict(ours.headers)["X-Amz-Target"] == other["headers"]["X-Amz-Target"]
        assert ours.content_type == other["headers"]["Content-Type"]
    headers = tuple((name, text) for name, text in ours.headers if text is not None)
    request = Request(ours.method, f"http://localhost{ours.target}", headers, ours.body)
    assert members_of(operation, request) == given


XML = [
    ("s3", "PutBucketTagging", {"Bucket": "b", "Tagging": {
        "TagSet": [{"Key": "a<b", "Value": "c&d"}, {"Key": "e", "Value": ""}]}}),
    ("s3", "PutBucketVersioning",
     {"Bucket": "b", "VersioningConfiguration": {"Status": "Enabled", "MFADelete": "Disabled"}}),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {
        "Objects": [{"Key": "k"}, {"Key": "l"}], "Quiet": True}}),
    ("s3", "PutBucketAcl", {"Bucket": "b", "AccessControlPolicy": {
        "Grants": [{"Grantee": {"Type": "Group", "URI": "http://a"}, "Permission": "READ"}]}}),
    ("route53", "CreateHostedZone", {
        "Name": "a.", "CallerReference": "r",
        "HostedZoneConfig": {"Comment": "c", "PrivateZone": False}}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "given"), XML)
def test_xml_is_written_as_botocore_writes_it(
    service: str, name: str, given: dict[str, Any]
) -> None:
    contract = contract_of(service, name)
    operation = contract.operations[name]
    ours, other = wire(operation, given), theirs(service, contract.protocol, name, given)
    assert ours.target.rstrip("=") == other["url_path"].rstrip("=")
    assert ET.canonicalize(_body(ours.body)) == ET.canonicalize(_body(other["body"]))
    headers = tuple((name, text) for name, text in ours.headers if text is not None)
    request = Request(ours.method, f"http://localhost{ours.target}", headers, ours.body)
    carried = members_of(operation, request)
    # A digest of the body goes with it: a member of the request that nobody gave.
    carried.pop("Content-MD5", None)
    assert carried == given


def _body(body: bytes | None) -> str:
    return (body or b"").decode()


def test_cbor_is_written_as_botocore_writes_it() -> None:
    given = {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1.5, "Timestamp": 5}]}
    contract = contract_of("cloudwatch", "PutMetricData")
    ours = wire(contract.operations["PutMetricData"], given)
    other = theirs("cloudwatch", contract.protocol, "PutMetricData", given)
    assert (ours.method, ours.target) == (other["method"], other["url_path"])
    assert cbor2.loads(ours.body or b"") == cbor2.load(io.BytesIO(other["body"]))
    assert dict(ours.headers)["smithy-protocol"] == other["headers"]["smithy-protocol"]


ANSWERS = [
    ("sns", "ListTopics", (
        "<ListTopicsResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'><ListTopicsResult>"
        "<Topics><member><TopicArn>arn:a</TopicArn></member><member><TopicArn>arn:b</TopicArn>"
        "</member></Topics><NextToken>t</NextToken></ListTopicsResult><ResponseMetadata>"
        "<RequestId>1</RequestId></ResponseMetadata></ListTopicsResponse>")),
    ("iam", "ListUsers", (
        "<ListUsersResponse><ListUsersResult><IsTruncated>false</IsTruncated><Users/>"
        "</ListUsersResult></ListUsersResponse>")),
    ("ec2", "DescribeRegions", (
        "<DescribeRegionsResponse><requestId>1</requestId><regionInfo><item><regionName>a</regionName>"
        "<regionEndpoint>b</regionEndpoint></item></regionInfo></DescribeRegionsResponse>")),
    ("s3", "ListBuckets", (
        "<ListAllMyBucketsResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Owner><ID>i</ID>"
        "</Owner><Buckets><Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>")),
    ("s3", "ListObjectsV2", (
        "<ListBucketResult><Name>b</Name><KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>"
        "<Contents><Key>k</Key><Size>3</Size></Contents><Contents><Key>l</Key><Size>4</Size></Contents>"
        "</ListBucketResult>")),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "body"), ANSWERS)
def test_answers_are_read_as_botocore_reads_them(service: str, name: str, body: str) -> None:
    contract = contract_of(service, name)
    model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    shape = model.operation_model(name).output_shape
    parser = create_parser(THEIRS[contract.protocol])
    other = parser.parse({"status_code": 200, "headers": {}, "body": body.encode()}, shape)
    other.pop("ResponseMetadata", None)
    request = Request("POST", "http://localhost/", ())
    response = Response(200, (("content-type", "text/xml"),), body.encode())
    ours = read(Exchange(request, response, None, 0.0), contract.operations[name])
    assert ours.form == ""
    known = {key: value for key, value in ours.body.items() if key in other}
    assert known == other


ERRORS = [
    ("sns", "ListTopics", ("<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code>"
     "<Message>no</Message></Error></ErrorResponse>"), ""),
    ("sns", "ListTopics", ("<Response><Errors><Error><Code>NotFound</Code><Message>no</Message>"
     "</Error></Errors></Response>"), "Response/Errors/Error"),
    ("ec2", "DescribeRegions", ("<Response><Errors><Error><Code>NotFound</Code>"
     "<Message>no</Message></Error></Errors></Response>"), ""),
    ("s3", "ListBuckets", "<Error><Code>NotFound</Code><Message>no</Message></Error>", ""),
    ("route53", "ListHostedZones", ("<ErrorResponse><Error><Code>NotFound</Code>"
     "<Message>no</Message></Error></ErrorResponse>"), ""),
    ("kms", "ListKeys", '{"__type": "com.kms#NotFound", "message": "no"}', ""),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "body", "form"), ERRORS)
def test_an_error_is_named_where_its_protocol_has_it(
    service: str, name: str, body: str, form: str
) -> None:
    operation = contract_of(service, name).operations[name]
    request = Request("POST", "http://localhost/", ())
    answer = read(Exchange(request, Response(404, (), body.encode()), None, 0.0), operation)
    assert (answer.code, answer.message) == ("NotFound", "no")
    assert form in answer.form
    assert bool(answer.form) == bool(form)


def test_what_declares_entities_is_no_xml() -> None:
    operation = contract_of("sns", "ListTopics").operations["ListTopics"]
    body = b'<!DOCTYPE a [<!ENTITY b "c">]><ListTopicsResponse>&b;</ListTopicsResponse>'
    request = Request("POST", "http://localhost/", ())
    answer = read(Exchange(request, Response(200, (), body), None, 0.0), operation)
    assert answer.form
