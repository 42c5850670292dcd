"""Defects of more services that have no overlay, for a second exam of what is inferred alone.

They are of other services than those of recalled_uncurated, were taken from public reports and the
models, and were written down before a run was made on any; those who made the rules did not know
them. This file has services in JSON by the name of the operation; recalled_fourth_rest and
recalled_fourth_query have the others. ``looked`` are the requests of a plain client that show the
defect: the last has the place to look at.
"""

from __future__ import annotations

import json

import jmespath

from tests.cases.recalled import ignored, lost
from tests.cases.recalled_fresh import accepted, after, another_error, before
from tests.cases.recalled_uncurated import (
    ROLE,
    TAGS,
    is_valid,
    sent_back,
    shown_as,
    swallowed,
    table,
)


def undone(service, operation, seen, shows=lambda _: {}):
    """A valid request is answered with success, and nothing is done.

    ``seen(call)`` is the operation that shows what it is about, and its members: what is not there
    is refused as ever.
    """

    def change(call):
        if not is_valid(service, operation, call.sent):
            return None
        return (200, shows(call)) if call.again(*seen(call))[0] == 200 else None

    return before(operation, change)


def kept(operation, seen, place, *names):
    """Members that are there have the value that ``seen(call)`` shows at the place."""

    def change(call):
        shown = jmespath.search(place, call.again(*seen(call))[1])
        return {**call.sent, **{name: shown[name] for name in names if name in call.sent}}

    return before(operation, change)


def replaced(operation, member, becomes):
    """A member that is there has the value that ``becomes`` makes of it."""

    def change(call):
        return {**call.sent, member: becomes(call.sent[member])} if member in call.sent else None

    return before(operation, change)


def unread_in(operation, member, *names):
    """These members of a structure of a request are not looked at."""
    return replaced(operation, member, lambda one: {
        name: value for name, value in one.items() if name not in names
    })  # fmt: skip


ADDRESSES = ("CreateIPSet", {
    "Name": "one", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": ["10.0.0.0/24"],
    "Description": "first", "Tags": TAGS})  # fmt: skip
THE_ADDRESSES = {"Name": "one", "Scope": "REGIONAL", "Id": "$CreateIPSet.Summary.Id"}


def _seen_addresses(call):
    return "GetIPSet", {name: call.sent[name] for name in ("Name", "Scope", "Id")}


FIREWALL = [
    ("a set of addresses keeps those that it has", "wafv2", "UpdateIPSet",
     "the addresses are those of the set from then on",
     lambda: kept("UpdateIPSet", _seen_addresses, "IPSet", "Addresses"),
     [ADDRESSES,
      ("UpdateIPSet", {**THE_ADDRESSES, "LockToken": "$CreateIPSet.Summary.LockToken",
                       "Addresses": ["10.9.0.0/24"]}),
      ("GetIPSet", THE_ADDRESSES), "IPSet.Addresses"]),
    ("fakecloud 798: a lock of former times opens", "wafv2", "UpdateIPSet",
     "a token that is not the last one is a WAFOptimisticLockException",
     lambda: accepted("UpdateIPSet", "WAFOptimisticLockException",
                      lambda _: {"NextLockToken": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"}),
     [ADDRESSES,
      ("UpdateIPSet", {**THE_ADDRESSES, "LockToken": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
                       "Addresses": ["10.9.0.0/24"]}), "type(NextLockToken)"]),
    ("sets of addresses of all scopes are listed", "wafv2", "ListIPSets",
     "the sets of the scope are listed", lambda: replaced("ListIPSets", "Scope", lambda one: (
         "REGIONAL" if one == "CLOUDFRONT" else one)),
     [ADDRESSES, ("ListIPSets", {"Scope": "CLOUDFRONT"}), "IPSets[].Name"]),
]  # fmt: skip


SERVER = ("CreateServer", {"Protocols": ["SFTP"]})
THE_SERVER = {"ServerId": "$CreateServer.ServerId"}
THE_USER = {**THE_SERVER, "UserName": "user"}
USER = ("CreateUser", {**THE_USER, "Role": ROLE, "HomeDirectory": "/one"})
TRANSFER = [
    ("users have no home", "transfer", "CreateUser DescribeUser", "a user tells its HomeDirectory",
     lambda: ignored("CreateUser", "HomeDirectory"),
     [SERVER, USER, ("DescribeUser", THE_USER), "User.HomeDirectory"]),
    ("servers have no users", "transfer", "DescribeServer CreateUser",
     "UserCount is the number of the users of the server",
     lambda: shown_as("DescribeServer", "Server", UserCount=0),
     [SERVER, USER, ("DescribeServer", THE_SERVER), "Server.UserCount"]),
]  # fmt: skip


RECORDER = {"name": "one", "roleARN": ROLE}
SOME = {"allSupported": False, "includeGlobalResourceTypes": False,
        "resourceTypes": ["AWS::EC2::Instance"]}  # fmt: skip
RULE = {"ConfigRuleName": "one", "Description": "first",
        "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}}  # fmt: skip
CONFIG = [
    ("gopherstack 1763: recorders record everything", "config",
     "PutConfigurationRecorder DescribeConfigurationRecorders", "a recorder has its recordingGroup",
     lambda: unread_in("PutConfigurationRecorder", "ConfigurationRecorder", "recordingGroup"),
     [("PutConfigurationRecorder", {"ConfigurationRecorder": {**RECORDER, "recordingGroup": SOME}}),
      ("DescribeConfigurationRecorders", {}),
      "ConfigurationRecorders[].recordingGroup.resourceTypes"]),
    ("rules of a configuration have no description", "config", "PutConfigRule DescribeConfigRules",
     "a rule tells its description",
     lambda: unread_in("PutConfigRule", "ConfigRule", "Description"),
     [("PutConfigRule", {"ConfigRule": RULE}), ("DescribeConfigRules", {}),
      "ConfigRules[].Description"]),
    ("a channel of deliveries needs no recorder", "config", "PutDeliveryChannel",
     "without a recorder it is a NoAvailableConfigurationRecorderException",
     lambda: accepted("PutDeliveryChannel", "NoAvailableConfigurationRecorderException",
                      lambda _: {}),
     [("PutDeliveryChannel", {"DeliveryChannel": {"name": "one", "s3BucketName": "one"}}), "@"]),
    ("configurations are retained for any number of days", "config", "PutRetentionConfiguration",
     "RetentionPeriodInDays is at most 2557",
     lambda: replaced("PutRetentionConfiguration", "RetentionPeriodInDays",
                      lambda one: min(one, 2557)),
     [("PutRetentionConfiguration", {"RetentionPeriodInDays": 2558}), "@"]),
]  # fmt: skip


ORGANIZATION = ("CreateOrganization", {"FeatureSet": "ALL"})
ACCOUNT = ("CreateAccount", {"AccountName": "one", "Email": "one@example.com", "Tags": TAGS})
ACCOUNT_ID = "$CreateAccount.CreateAccountStatus.AccountId"
CONTENT = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})  # fmt: skip
POLICY = ("CreatePolicy", {"Name": "one", "Description": "d", "Type": "SERVICE_CONTROL_POLICY",
                           "Content": CONTENT})  # fmt: skip
POLICY_ID = "$CreatePolicy.Policy.PolicySummary.Id"


def _policy(call):
    listed = call.again("ListPolicies", {"Filter": call.sent["Type"]})[1]["Policies"]
    found = [one for one in listed if one["Name"] == call.sent["Name"]]
    return call.again("DescribePolicy", {"PolicyId": found[0]["Id"]})[1]


ORGANIZATIONS = [
    ("moto 4942: no page of accounts follows", "organizations", "ListAccounts",
     "NextToken leads to the accounts that MaxResults left out",
     lambda: lost("ListAccounts", "NextToken"),
     [ORGANIZATION, ACCOUNT, ("ListAccounts", {"MaxResults": 1}), "type(NextToken)"]),
    ("fakecloud 2345: accounts are made without their tags", "organizations",
     "CreateAccount ListTagsForResource", "tags come with an account",
     lambda: ignored("CreateAccount", "Tags"),
     [ORGANIZATION, ACCOUNT, ("ListTagsForResource", {"ResourceId": ACCOUNT_ID}), "Tags"]),
    ("policies of all types are listed", "organizations", "ListPolicies",
     "the policies of the type are listed", lambda: replaced("ListPolicies", "Filter", lambda one: (
         "SERVICE_CONTROL_POLICY" if one == "TAG_POLICY" else one)),
     [ORGANIZATION, ("ListPolicies", {"Filter": "TAG_POLICY"}), "Policies[].Name"]),
    ("policies are attached to nothing", "organizations", "AttachPolicy ListPoliciesForTarget",
     "the policies of a target are those that are attached to it",
     lambda: swallowed("organizations", "AttachPolicy", "DescribePolicy PolicyId"),
     [ORGANIZATION, POLICY, ("ListRoots", {}),
      ("AttachPolicy", {"PolicyId": POLICY_ID, "TargetId": "$ListRoots.Roots[0].Id"}),
      ("ListPoliciesForTarget", {"TargetId": "$ListRoots.Roots[0].Id",
                                 "Filter": "SERVICE_CONTROL_POLICY"}), "length(Policies)"]),
]  # fmt: skip


VARIANT = {"VariantName": "v", "ModelName": "m", "InitialInstanceCount": 1,
           "InstanceType": "ml.m5.large"}  # fmt: skip
ENDPOINTS = ("CreateEndpointConfig", {"EndpointConfigName": "one", "ProductionVariants": [VARIANT]})
NOTEBOOK = ("CreateNotebookInstance", {"NotebookInstanceName": "one", "RoleArn": ROLE,
                                       "InstanceType": "ml.t3.medium",
                                       "VolumeSizeInGB": 50})  # fmt: skip
MODEL = ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "Tags": TAGS,
                         "PrimaryContainer": {"Image": "one:latest"}})  # fmt: skip
PACKAGES = [("CreateModelPackageGroup", {"ModelPackageGroupName": name}) for name in ("a", "b")]
SAGEMAKER = [
    ("configurations of endpoints are listed whatever their name", "sagemaker",
     "ListEndpointConfigs", "the names contain NameContains",
     lambda: ignored("ListEndpointConfigs", "NameContains"),
     [MODEL, ENDPOINTS, ("ListEndpointConfigs", {"NameContains": "zz"}),
      "EndpointConfigs[].EndpointConfigName"]),
    ("moto 6972: no page of groups of packages follows", "sagemaker", "ListModelPackageGroups",
     "NextToken leads to the groups that MaxResults left out",
     lambda: lost("ListModelPackageGroups", "NextToken"),
     [*PACKAGES, ("ListModelPackageGroups", {"MaxResults": 1}), "type(NextToken)"]),
    ("notebooks have a volume of another size", "sagemaker",
     "CreateNotebookInstance DescribeNotebookInstance", "a notebook tells its VolumeSizeInGB",
     lambda: ignored("CreateNotebookInstance", "VolumeSizeInGB"),
     [NOTEBOOK, ("DescribeNotebookInstance", {"NotebookInstanceName": "one"}), "VolumeSizeInGB"]),
]  # fmt: skip


CLUSTER = ("RunJobFlow", {
    "Name": "one", "ReleaseLabel": "emr-6.10.0", "JobFlowRole": "r", "ServiceRole": "s",
    "VisibleToAllUsers": True, "Tags": TAGS, "Instances": {
        "MasterInstanceType": "m5.xlarge", "InstanceCount": 1,
        "KeepJobFlowAliveWhenNoSteps": True}})  # fmt: skip
CLUSTER_ID = "$RunJobFlow.JobFlowId"
THE_CLUSTER = ("DescribeCluster", {"ClusterId": CLUSTER_ID})


def _creation_as_text(_call, status, body):
    body["Cluster"]["Status"]["Timeline"]["CreationDateTime"] = "2026-01-01T00:00:00Z"
    return body if status == 200 else None


EMR = [
    ("moto 739: clusters are listed whatever their state", "emr", "ListClusters",
     "the clusters of these states are listed", lambda: ignored("ListClusters", "ClusterStates"),
     [CLUSTER, ("ListClusters", {"ClusterStates": ["TERMINATED_WITH_ERRORS"]}),
      "Clusters[].Name"]),
    ("cloudemu 1215: clusters stay visible to all", "emr", "SetVisibleToAllUsers DescribeCluster",
     "a cluster tells VisibleToAllUsers",
     lambda: undone("emr", "SetVisibleToAllUsers", lambda call: (
         "DescribeCluster", {"ClusterId": call.sent["JobFlowIds"][0]})),
     [CLUSTER, ("SetVisibleToAllUsers", {"JobFlowIds": [CLUSTER_ID], "VisibleToAllUsers": False}),
      THE_CLUSTER, "Cluster.VisibleToAllUsers"]),
    ("a cluster keeps the number of steps at once", "emr", "ModifyCluster",
     "StepConcurrencyLevel is that of the cluster from then on",
     lambda: swallowed("emr", "ModifyCluster", "DescribeCluster ClusterId",
                       sent_back("StepConcurrencyLevel")),
     [CLUSTER, ("ModifyCluster", {"ClusterId": CLUSTER_ID, "StepConcurrencyLevel": 5}),
      THE_CLUSTER, "Cluster.StepConcurrencyLevel"]),
    ("clusters were created at a text", "emr", "DescribeCluster",
     "times are numbers of seconds", lambda: after("DescribeCluster", _creation_as_text),
     [CLUSTER, THE_CLUSTER, "to_string(Cluster.Status.Timeline.CreationDateTime)"]),
]  # fmt: skip


BUCKET = ("CreateBucket", {"Bucket": "one"})
TRAIL = ("CreateTrail", {"Name": "one-trail", "S3BucketName": "one", "S3KeyPrefix": "first",
                         "EnableLogFileValidation": True, "TagsList": TAGS})  # fmt: skip
THE_TRAIL = {"Name": "one-trail"}
CLOUDTRAIL = [
    ("a stopped trail goes on", "cloudtrail", "StopLogging GetTrailStatus",
     "IsLogging is false then",
     lambda: swallowed("cloudtrail", "StopLogging", "GetTrailStatus Name"),
     [BUCKET, TRAIL, ("StartLogging", THE_TRAIL), ("StopLogging", THE_TRAIL),
      ("GetTrailStatus", THE_TRAIL), "IsLogging"]),
    ("moto 4780: files of trails are not validated", "cloudtrail", "CreateTrail GetTrail",
     "LogFileValidationEnabled is what EnableLogFileValidation was",
     lambda: ignored("CreateTrail", "EnableLogFileValidation"),
     [BUCKET, TRAIL, ("GetTrail", THE_TRAIL), "Trail.LogFileValidationEnabled"]),
]  # fmt: skip


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"},
    "Action": "sts:AssumeRole"}]})  # fmt: skip
PIPE_ROLE = ("CreateRole", {"RoleName": "one", "AssumeRolePolicyDocument": TRUST})
ACTION = {"name": "a", "actionTypeId": {"category": "Approval", "owner": "AWS",
                                        "provider": "Manual", "version": "1"}}  # fmt: skip
PIPELINE = {"name": "one", "roleArn": "$CreateRole.Role.Arn",
            "artifactStore": {"type": "S3", "location": "one"},
            "stages": [{"name": "s", "actions": [ACTION]},
                       {"name": "t", "actions": [ACTION]}]}  # fmt: skip
MAKE_PIPELINE = ("CreatePipeline", {"pipeline": PIPELINE,
                                    "tags": [{"key": "k", "value": "v"}]})  # fmt: skip
CODEPIPELINE = [
    ("pipelines stay in their first version", "codepipeline", "UpdatePipeline GetPipeline",
     "the number is incremented when a pipeline is updated",
     lambda: shown_as("GetPipeline UpdatePipeline", "pipeline", version=1),
     [PIPE_ROLE, MAKE_PIPELINE, ("UpdatePipeline", {"pipeline": PIPELINE}),
      ("GetPipeline", {"name": "one"}), "pipeline.version"]),
    ("aws-sdk 558: a pipeline that is not there is another error", "codepipeline", "GetPipeline",
     "it is a PipelineNotFoundException",
     lambda: another_error("GetPipeline", "PipelineNotFoundException",
                           "ResourceNotFoundException"),
     [("GetPipeline", {"name": "none"}), "@"]),
]  # fmt: skip


TABLE = table(
    FIREWALL + TRANSFER + CONFIG + ORGANIZATIONS + SAGEMAKER + EMR + CLOUDTRAIL + CODEPIPELINE
)
