"""The defects of recalled_fourth that are of services of REST with JSON."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

from tests.cases.defects import drop, each, rest, without_query
from tests.cases.recalled_fresh import NAMING, ODD
from tests.cases.recalled_uncurated import ROLE, TAGS, table
from tests.cases.recalled_uncurated_others import idle, other_body, other_query, unread

JSON = [("Content-Type", "application/json")]


def answered_by(method, path, by, shown, change=lambda body: body):
    """A request is answered as another of ``by`` and the path ``shown`` is, and nothing is done.

    What the other one refuses goes on as it came.
    """

    def request(sent, target, headers, body, upstream):
        found = re.fullmatch(path, urlsplit(target).path)
        if sent != method or not found:
            return None
        asked = body if by == "POST" else b""
        status, _, data = upstream(by, found.expand(shown), headers, asked)
        if status != 200:
            return None
        return 200, JSON, json.dumps(change(json.loads(data))).encode()

    return SimpleNamespace(request=request)


def instead(method, path, code, becomes):
    """``becomes(sent, ask)`` is the status and the body of what is refused with this code.

    ``ask(target)`` is what a GET shows.
    """

    def answer(sent, target, headers, body, status, answered, data, upstream):
        found = re.fullmatch(path, unquote(urlsplit(target).path))
        told = f"{[one for one in answered if one[0].lower() in NAMING]}{data.decode()}"
        if sent != method or not found or status < 400 or code not in told:
            return None
        try:
            read = json.loads(body or b"{}")
            shown = becomes(read, lambda one: json.loads(upstream("GET", one, headers, b"")[2]))
        except ODD:
            return None
        kept = [one for one in answered if one[0].lower() not in NAMING]
        return shown[0], kept, json.dumps(shown[1]).encode()

    return SimpleNamespace(answer=answer)


def defaulted(method, path, **members):
    """Members that a request lacks have these values."""

    def request(sent, target, headers, body, _upstream):
        if sent != method or urlsplit(target).path != path:
            return None
        read = json.loads(body or b"{}")
        if not isinstance(read, dict):
            return None
        return sent, target, headers, json.dumps({**members, **read}).encode()

    return SimpleNamespace(request=request)


FILES = r"/2015-02-01/file-systems"
FILE_SYSTEM = ("CreateFileSystem", {"CreationToken": "one", "ThroughputMode": "elastic",
                                    "Tags": [{"Key": "Name", "Value": "named"}]})  # fmt: skip
FILES_ID = "$CreateFileSystem.FileSystemId"
ACCESS = ("CreateAccessPoint", {"ClientToken": "one", "FileSystemId": FILES_ID, "Tags": TAGS})


def _files_of_token(sent, ask):
    return 201, ask(f"{FILES}?CreationToken={sent['CreationToken']}")["FileSystems"][0]


EFS = [
    ("moto 4978: file systems have no name", "efs", "CreateFileSystem DescribeFileSystems",
     "Name is the value of the tag Name",
     lambda: rest("GET", FILES, each(drop("Name"), "FileSystems")),
     [FILE_SYSTEM, ("DescribeFileSystems", {}), "FileSystems[].Name"]),
    ("a file system is created that is there", "efs", "CreateFileSystem",
     "a token that is taken is a FileSystemAlreadyExists",
     lambda: instead("POST", FILES, "FileSystemAlreadyExists", _files_of_token),
     [FILE_SYSTEM, FILE_SYSTEM, "CreationToken"]),
    ("file systems have no lifecycle", "efs",
     "PutLifecycleConfiguration DescribeLifecycleConfiguration", "the policies are those put",
     lambda: other_body("PUT", FILES + "/[^/]+/lifecycle-configuration", LifecyclePolicies=[]),
     [FILE_SYSTEM, ("PutLifecycleConfiguration", {
         "FileSystemId": FILES_ID, "LifecyclePolicies": [{"TransitionToIA": "AFTER_30_DAYS"}]}),
      ("DescribeLifecycleConfiguration", {"FileSystemId": FILES_ID}), "LifecyclePolicies"]),
    ("points of access are those of all file systems", "efs", "DescribeAccessPoints",
     "the points of the file system are described",
     lambda: without_query("/2015-02-01/access-points", "FileSystemId"),
     [FILE_SYSTEM, ACCESS, ("DescribeAccessPoints", {"FileSystemId": "fs-0123456789abcdef0"}),
      "length(AccessPoints)"]),
    ("file systems are answered with 200", "efs", "CreateFileSystem", "the status is 201",
     lambda: rest("POST", FILES, lambda _, code, body: (200, body) if code == 201 else None),
     [FILE_SYSTEM, "HTTPStatusCode"]),
]  # fmt: skip


DETECTOR = ("CreateDetector", {"Enable": True, "Features": [
    {"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}]})  # fmt: skip
THE_DETECTOR = {"DetectorId": "$CreateDetector.DetectorId"}
FILTER = ("CreateFilter", {**THE_DETECTOR, "Name": "one", "Action": "NOOP",
                           "FindingCriteria": {"Criterion": {}}})  # fmt: skip
GUARDDUTY = [
    ("moto 8145: detectors have no features", "guardduty", "CreateDetector GetDetector",
     "a detector has the features that it is created with",
     lambda: unread("POST", "/detector", "features"),
     [DETECTOR, ("GetDetector", THE_DETECTOR), "Features[].Name"]),
    ("a detector stays enabled", "guardduty", "UpdateDetector GetDetector",
     "the status is DISABLED then", lambda: unread("POST", "/detector/[^/]+", "enable"),
     [DETECTOR, ("UpdateDetector", {**THE_DETECTOR, "Enable": False}),
      ("GetDetector", THE_DETECTOR), "Status"]),
    ("a deleted filter of findings is there", "guardduty", "DeleteFilter",
     "a deleted filter is refused", lambda: idle("DELETE", "/detector/[^/]+/filter/[^/]+"),
     [DETECTOR, FILTER, ("DeleteFilter", {**THE_DETECTOR, "FilterName": "one"}),
      ("GetFilter", {**THE_DETECTOR, "FilterName": "one"}), "Name"]),
]  # fmt: skip


BROKERS = ("CreateCluster", {
    "ClusterName": "one", "KafkaVersion": "3.5.1", "NumberOfBrokerNodes": 2,
    "EnhancedMonitoring": "PER_BROKER", "Tags": {"k": "v"},
    "BrokerNodeGroupInfo": {"InstanceType": "kafka.m5.large",
                            "ClientSubnets": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]}})  # fmt: skip
BROKERS_ARN = "$CreateCluster.ClusterArn"
KAFKA = [
    ("clusters of brokers are listed whatever their name", "kafka", "ListClusters",
     "the names of the clusters begin with the filter",
     lambda: without_query("/v1/clusters", "clusterNameFilter"),
     [BROKERS, ("ListClusters", {"ClusterNameFilter": "zz"}), "ClusterInfoList[].ClusterName"]),
    ("cloudemu 389: tags of clusters of brokers stay", "kafka", "UntagResource",
     "tags with these keys are removed", lambda: other_query("DELETE", "/v1/tags/.+", "tagKeys"),
     [BROKERS, ("UntagResource", {"ResourceArn": BROKERS_ARN, "TagKeys": ["k"]}),
      ("ListTagsForResource", {"ResourceArn": BROKERS_ARN}), "Tags"]),
    ("a deleted policy of brokers is there", "kafka", "DeleteClusterPolicy",
     "a deleted policy is not shown", lambda: idle("DELETE", "/v1/clusters/.+/policy"),
     [BROKERS, ("PutClusterPolicy", {"ClusterArn": BROKERS_ARN, "Policy": "{}"}),
      ("DeleteClusterPolicy", {"ClusterArn": BROKERS_ARN}),
      ("GetClusterPolicy", {"ClusterArn": BROKERS_ARN}), "Policy"]),
]  # fmt: skip


SEARCHED = ("CreateDomain", {"DomainName": "one", "EngineVersion": "OpenSearch_2.5",
                             "TagList": TAGS, "ClusterConfig": {"InstanceCount": 1}})  # fmt: skip
THE_SEARCHED = {"DomainName": "one"}
OPENSEARCH = [
    ("a domain keeps the number of its instances", "opensearch", "UpdateDomainConfig",
     "what is updated is shown",
     lambda: unread("POST", "/2021-01-01/opensearch/domain/[^/]+/config", "ClusterConfig"),
     [SEARCHED, ("UpdateDomainConfig", {**THE_SEARCHED, "ClusterConfig": {"InstanceCount": 3}}),
      ("DescribeDomain", THE_SEARCHED), "DomainStatus.ClusterConfig.InstanceCount"]),
    ("domains of all engines are listed", "opensearch", "ListDomainNames",
     "the domains of the engine are listed",
     lambda: without_query("/2021-01-01/domain", "engineType"),
     [SEARCHED, ("ListDomainNames", {"EngineType": "Elasticsearch"}),
      "DomainNames[].DomainName"]),
]  # fmt: skip


STREAM = ("CreateChannel", {"Name": "first", "ChannelClass": "SINGLE_PIPELINE"})
THE_STREAM = {"ChannelId": "$CreateChannel.Channel.Id"}
MEDIALIVE = [
    ("channels are never started", "medialive", "StartChannel DescribeChannel",
     "a channel that is started runs",
     lambda: answered_by("POST", "(/prod/channels/[^/]+)/start", "GET", r"\1"),
     [STREAM, ("DescribeChannel", THE_STREAM), ("StartChannel", THE_STREAM),
      ("DescribeChannel", THE_STREAM), "State"]),
]  # fmt: skip


QUERY = {
    "Type": "TAG_FILTERS_1_0",
    "Query": json.dumps(
        {"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "a", "Values": []}]}
    ),
}
OTHER_QUERY = {**QUERY, "Query": QUERY["Query"].replace('"a"', '"b"')}
GROUP = ("CreateGroup", {"Name": "one", "Description": "first", "ResourceQuery": QUERY,
                         "Tags": {"k": "v"}})  # fmt: skip
GROUPS = [
    ("groups of resources keep their query", "resource-groups", "UpdateGroupQuery GetGroupQuery",
     "the query is that of the group from then on",
     lambda: answered_by("POST", "/update-group-query", "POST", "/get-group-query"),
     [GROUP, ("UpdateGroupQuery", {"GroupName": "one", "ResourceQuery": OTHER_QUERY}),
      ("GetGroupQuery", {"GroupName": "one"}), "GroupQuery.ResourceQuery.Query"]),
    ("a deleted group of resources is there", "resource-groups", "DeleteGroup",
     "a deleted group is a NotFoundException",
     lambda: answered_by("POST", "/delete-group", "POST", "/get-group"),
     [GROUP, ("DeleteGroup", {"GroupName": "one"}), ("GetGroup", {"GroupName": "one"}),
      "Group.Name"]),
]  # fmt: skip


SHARE = ("CreateResourceShare", {"name": "first", "allowExternalPrincipals": False})
SHARE_ARN = "$CreateResourceShare.resourceShare.resourceShareArn"
SHARES = ("GetResourceShares", {"resourceOwner": "SELF"})


def _active(_found, status, body):
    for one in body.get("resourceShares", ()):
        one["status"] = "ACTIVE"
    return body if status == 200 else None


RAM = [
    ("shares keep their name", "ram", "UpdateResourceShare", "what is updated is shown",
     lambda: other_body("POST", "/updateresourceshare", name="first"),
     [SHARE, ("UpdateResourceShare", {"resourceShareArn": SHARE_ARN, "name": "second"}), SHARES,
      "resourceShares[].name"]),
    ("deleted shares are active", "ram", "DeleteResourceShare GetResourceShares",
     "a deleted share is DELETED", lambda: rest("POST", "/getresourceshares", _active),
     [SHARE, ("DeleteResourceShare", {"resourceShareArn": SHARE_ARN}), SHARES,
      "resourceShares[].status"]),
]  # fmt: skip


CANARY = ("CreateCanary", {
    "Name": "one", "Code": {"Handler": "h.handler", "ZipFile": b"z"}, "Tags": {"k": "v"},
    "ArtifactS3Location": "s3://one", "ExecutionRoleArn": ROLE, "RuntimeVersion": "syn-1.0",
    "Schedule": {"Expression": "rate(1 hour)"}, "SuccessRetentionPeriodInDays": 7})  # fmt: skip
CANARIES = [
    ("canaries keep their successes as long as ever", "synthetics", "CreateCanary GetCanary",
     "a canary tells SuccessRetentionPeriodInDays",
     lambda: unread("POST", "/canary", "SuccessRetentionPeriodInDays"),
     [CANARY, ("GetCanary", {"Name": "one"}), "Canary.SuccessRetentionPeriodInDays"]),
]  # fmt: skip


QUEUE = "arn:aws:sqs:us-east-1:123456789012:one"
PIPE = ("CreatePipe", {"Name": "one", "Source": QUEUE, "Target": QUEUE + "2", "RoleArn": ROLE,
                       "Description": "first"})  # fmt: skip
PIPES = [
    ("pipes keep their description", "pipes", "UpdatePipe", "what is updated is shown",
     lambda: unread("PUT", "/v1/pipes/[^/]+", "Description"),
     [PIPE, ("UpdatePipe", {"Name": "one", "RoleArn": ROLE, "Description": "second"}),
      ("DescribePipe", {"Name": "one"}), "Description"]),
    ("a stopped pipe goes on", "pipes", "StopPipe DescribePipe", "DesiredState is STOPPED then",
     lambda: answered_by("POST", "(/v1/pipes/[^/]+)/stop", "GET", r"\1"),
     [PIPE, ("StopPipe", {"Name": "one"}), ("DescribePipe", {"Name": "one"}), "DesiredState"]),
    ("pipes are listed whatever the prefix", "pipes", "ListPipes",
     "the names of the pipes begin with the prefix",
     lambda: without_query("/v1/pipes", "NamePrefix"),
     [PIPE, ("ListPipes", {"NamePrefix": "zz"}), "Pipes[].Name"]),
]  # fmt: skip


SHOWS = [("CreateChannel", {"name": name}) for name in ("one", "two")]
IVS = [
    ("channels of shows are listed whatever their name", "ivs", "ListChannels",
     "the channels of the name are listed", lambda: unread("POST", "/ListChannels", "filterByName"),
     [*SHOWS, ("ListChannels", {"filterByName": "zz"}), "channels[].name"]),
    ("channels of shows are slow unless they are told", "ivs", "CreateChannel",
     "the default of latencyMode is LOW",
     lambda: defaulted("POST", "/CreateChannel", latencyMode="NORMAL"),
     [*SHOWS, "channel.latencyMode"]),
]  # fmt: skip


THING = ("CreateThing", {"thingName": "one", "attributePayload": {"attributes": {"a": "b"}}})
IOT_POLICY = ("CreatePolicy", {"policyName": "one", "policyDocument": "{}"})
VERSION = ("CreatePolicyVersion", {"policyName": "one", "policyDocument": '{"a": 1}'})
TOPIC = ("CreateTopicRule", {"ruleName": "one", "topicRulePayload": {
    "sql": "SELECT * FROM 'a'", "actions": [], "ruleDisabled": False}})  # fmt: skip


IOT = [
    ("things are listed whatever their type", "iot", "ListThings",
     "the things of the type are listed", lambda: without_query("/things", "thingTypeName"),
     [THING, ("ListThings", {"thingTypeName": "none"}), "things[].thingName"]),
    ("a policy of things keeps its default version", "iot", "SetDefaultPolicyVersion GetPolicy",
     "the version is the default one then",
     lambda: answered_by("PATCH", "(/policies/[^/]+/version/[^/]+)", "GET", r"\1", lambda _: {}),
     [IOT_POLICY, VERSION,
      ("SetDefaultPolicyVersion", {"policyName": "one", "policyVersionId": "2"}),
      ("GetPolicy", {"policyName": "one"}), "defaultVersionId"]),
    ("a rule of topics stays enabled", "iot", "DisableTopicRule GetTopicRule",
     "ruleDisabled is true then",
     lambda: answered_by("POST", "(/rules/[^/]+)/disable", "GET", r"\1", lambda _: {}),
     [TOPIC, ("DisableTopicRule", {"ruleName": "one"}), ("GetTopicRule", {"ruleName": "one"}),
      "rule.ruleDisabled"]),
]  # fmt: skip


TABLE = table(
    EFS + GUARDDUTY + KAFKA + OPENSEARCH + MEDIALIVE + GROUPS + RAM + CANARIES + PIPES + IVS
    + IOT
)  # fmt: skip
