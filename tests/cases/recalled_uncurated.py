"""Defects of services that have no overlay, for an exam of what is derived and inferred alone.

They were taken from public reports and the models, and written down before a run was made on any.
No requirement is named: only the operations that a failure should tell of. This file has those of
services in JSON by the name of the operation; recalled_uncurated_others has the others. ``looked``
are the requests of a plain client that show the defect: the last has the place to look at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from tests.cases.recalled import ignored, lost
from tests.cases.recalled_fresh import Fresh, accepted, after, another_error, before


@dataclass(frozen=True)
class Uncurated(Fresh):
    """A defect, and the requests of a plain client that show it."""

    looked: tuple[tuple[str, dict[str, Any]], ...]
    place: str


def is_valid(service, operation, sent):
    """Whether a client of an SDK would send that."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    return not ParamValidator().validate(sent, shape).has_errors()


def swallowed(service, operation, seen_by, shows=lambda _: {}):
    """A valid request is answered with success, and nothing is done.

    ``seen_by`` is the operation that shows what it is about, with the members that name that: what
    is not there is refused as ever.
    """
    shown_by, *names = seen_by.split()

    def change(call):
        if not is_valid(service, operation, call.sent):
            return None
        there = call.again(shown_by, {name: call.sent[name] for name in names})[0] == 200
        return (200, shows(call)) if there else None

    return before(operation, change)


def _is_key(one):
    return isinstance(one, str) and 0 < len(one) <= 128


def other_keys(operation, member):
    """Tags of other keys are removed than those that are named."""

    def change(call):
        keys = call.sent.get(member)
        known = isinstance(keys, list) and all(map(_is_key, keys))
        return {**call.sent, member: ["zz"] * len(keys)} if known else None

    return before(operation, change)


def sent_back(*names):
    """For ``swallowed``: the answer has these members of the request."""
    return lambda call: {name: call.sent[name] for name in names if name in call.sent}


def shows_always(operation, **members):
    """An answer of success has these members whatever there is."""
    return after(operation, lambda _, code, body: {**body, **members} if code == 200 else None)


def shown_as(operation, place, **members):
    """A structure of an answer has these members whatever it is."""

    def change(_call, status, body):
        return {**body, place: {**body[place], **members}} if status == 200 else None

    return after(operation, change)


def table(defects):
    """The defects by what was reported."""
    return {
        report: Uncurated(report, service, tuple(operations.split()), documented, make, look, place)
        for report, service, operations, documented, make, (*look, place) in defects
        for look in [tuple(look)]
    }


ROLE = "arn:aws:iam::123456789012:role/one"
MACHINE = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}})
OTHER = MACHINE.replace("Succeed", "Pass").replace('"Pass"', '"Pass", "End": true')
TAGS = [{"Key": "k", "Value": "v"}]
MAKE_MACHINE = ("CreateStateMachine", {"name": "one", "definition": MACHINE, "roleArn": ROLE})
THE_MACHINE = {"stateMachineArn": "$CreateStateMachine.stateMachineArn"}
OWN_KEY = {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d",
           "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsDataKeyReusePeriodSeconds": 60}  # fmt: skip
MAKE_STREAM = ("CreateStream", {"StreamName": "one", "ShardCount": 1})
MAKE_GROUP = ("CreateLogGroup", {"logGroupName": "one"})
MAKE_RULE = (
    "PutRule",
    {"Name": "one", "ScheduleExpression": "rate(5 minutes)", "State": "DISABLED"},
)
ALARM = {"AlarmName": "one", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1,
         "MetricName": "m", "Namespace": "n", "Period": 60, "Statistic": "Sum", "Threshold": 1.0,
         "AlarmDescription": "first", "ActionsEnabled": True}  # fmt: skip
CONTAINER = {"name": "c", "image": "i", "memory": 64}
TASK = ("RegisterTaskDefinition", {"family": "one", "containerDefinitions": [CONTAINER]})
SERVICE = {"serviceName": "one", "taskDefinition": "one", "desiredCount": 1}
MAKE_POOL = ("CreateUserPool", {"PoolName": "one"})
POOL = "$CreateUserPool.UserPool.Id"
DESTINATION = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::one"}
DELIVERY = {"DeliveryStreamName": "one", "S3DestinationConfiguration": DESTINATION}


def _repository(call):
    asked = {"repositoryNames": [call.sent["repositoryName"]]}
    return {"repository": call.again("DescribeRepositories", asked)[1]["repositories"][0]}


def _any_mutability(call):
    known = {"MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"}
    asked = call.sent.get("imageTagMutability")
    return {**call.sent, "imageTagMutability": "MUTABLE"} if asked and asked not in known else None


def _any_limit(call):
    asked = call.sent.get("limit")
    return {**call.sent, "limit": 50} if isinstance(asked, int) and asked > 50 else None


def _the_group(call):
    asked = {name: call.sent[name] for name in ("UserPoolId", "GroupName")}
    return call.again("GetGroup", asked)[1]


def _actions_as_text(_call, status, body):
    for one in body.get("MetricAlarms", ()):
        one["ActionsEnabled"] = ""
    return body if status == 200 else None


def _delivery_arn(call):
    asked = {"DeliveryStreamName": call.sent["DeliveryStreamName"]}
    shown = call.again("DescribeDeliveryStream", asked)[1]["DeliveryStreamDescription"]
    return {"DeliveryStreamARN": shown["DeliveryStreamARN"]}


KINESIS = [
    ("cloudemu 667: streams are listed from the first whatever the start", "kinesis", "ListStreams",
     "the list starts after ExclusiveStartStreamName",
     lambda: ignored("ListStreams", "ExclusiveStartStreamName"),
     [MAKE_STREAM, ("CreateStream", {"StreamName": "two", "ShardCount": 1}),
      ("ListStreams", {"ExclusiveStartStreamName": "one"}), "StreamNames"]),
    ("LocalStack 8171: there are no summaries of streams", "kinesis", "ListStreams",
     "StreamSummaries has a summary of each stream",
     lambda: shows_always("ListStreams", StreamSummaries=[]),
     [MAKE_STREAM, ("ListStreams", {}), "StreamSummaries[].StreamName"]),
    ("a stream keeps its records no longer", "kinesis", "IncreaseStreamRetentionPeriod",
     "the period is that of the stream from then on",
     lambda: swallowed("kinesis", "IncreaseStreamRetentionPeriod",
                       "DescribeStreamSummary StreamName"),
     [MAKE_STREAM,
      ("IncreaseStreamRetentionPeriod", {"StreamName": "one", "RetentionPeriodHours": 48}),
      ("DescribeStreamSummary", {"StreamName": "one"}),
      "StreamDescriptionSummary.RetentionPeriodHours"]),
    ("moto 475: a stream is created that is there", "kinesis", "CreateStream",
     "a name that is taken is a ResourceInUseException",
     lambda: accepted("CreateStream", "ResourceInUseException", lambda _: {}),
     [MAKE_STREAM, MAKE_STREAM, "@"]),
    ("tags of streams stay", "kinesis", "RemoveTagsFromStream", "tags with these keys are removed",
     lambda: other_keys("RemoveTagsFromStream", "TagKeys"),
     [MAKE_STREAM, ("AddTagsToStream", {"StreamName": "one", "Tags": {"k": "v"}}),
      ("RemoveTagsFromStream", {"StreamName": "one", "TagKeys": ["k"]}),
      ("ListTagsForStream", {"StreamName": "one"}), "Tags"]),
    ("records of streams stay as they are", "kinesis", "StartStreamEncryption DescribeStream",
     "a stream tells its EncryptionType and KeyId from then on",
     lambda: swallowed("kinesis", "StartStreamEncryption",
                       "DescribeStreamSummary StreamName"),
     [MAKE_STREAM,
      ("StartStreamEncryption", {"StreamName": "one", "EncryptionType": "KMS", "KeyId": "k"}),
      ("DescribeStreamSummary", {"StreamName": "one"}), "StreamDescriptionSummary.EncryptionType"]),
]  # fmt: skip


LOGS = [
    ("LocalStack 1698: groups are made without their tags", "logs",
     "CreateLogGroup ListTagsLogGroup ListTagsForResource", "tags come with the group",
     lambda: ignored("CreateLogGroup", "tags"),
     [("CreateLogGroup", {"logGroupName": "one", "tags": {"k": "v"}}),
      ("ListTagsLogGroup", {"logGroupName": "one"}), "tags"]),
    ("fakecloud 53: no page of groups follows", "logs", "DescribeLogGroups",
     "nextToken leads to the groups that a limit left out",
     lambda: lost("DescribeLogGroups", "nextToken"),
     [MAKE_GROUP, ("CreateLogGroup", {"logGroupName": "two"}),
      ("DescribeLogGroups", {"limit": 1}), "type(nextToken)"]),
    ("fakecloud 53: groups are listed by any limit", "logs", "DescribeLogGroups",
     "limit is at most 50",
     lambda: before("DescribeLogGroups", _any_limit), [("DescribeLogGroups", {"limit": 51}), "@"]),
    ("events are kept for ever", "logs", "PutRetentionPolicy", "the group tells retentionInDays",
     lambda: swallowed("logs", "PutRetentionPolicy", "ListTagsLogGroup logGroupName"),
     [MAKE_GROUP, ("PutRetentionPolicy", {"logGroupName": "one", "retentionInDays": 7}),
      ("DescribeLogGroups", {}), "logGroups[].retentionInDays"]),
    ("a retention stays", "logs", "DeleteRetentionPolicy", "the group has no retention after it",
     lambda: swallowed("logs", "DeleteRetentionPolicy", "ListTagsLogGroup logGroupName"),
     [MAKE_GROUP, ("PutRetentionPolicy", {"logGroupName": "one", "retentionInDays": 7}),
      ("DeleteRetentionPolicy", {"logGroupName": "one"}),
      ("DescribeLogGroups", {}), "logGroups[].retentionInDays"]),
    ("moto 1593: groups are listed whatever the prefix", "logs", "DescribeLogGroups",
     "the names of the groups begin with the prefix",
     lambda: ignored("DescribeLogGroups", "logGroupNamePrefix"),
     [MAKE_GROUP, ("DescribeLogGroups", {"logGroupNamePrefix": "x"}), "logGroups[].logGroupName"]),
    ("a log stream is created that is there", "logs", "CreateLogStream",
     "a name that is taken is a ResourceAlreadyExistsException",
     lambda: accepted("CreateLogStream", "ResourceAlreadyExistsException", lambda _: {}),
     [MAKE_GROUP, *[("CreateLogStream", {"logGroupName": "one", "logStreamName": "s"})] * 2, "@"]),
]  # fmt: skip


EVENTS = [
    ("cloudemu 1066: buses have no description", "events", "CreateEventBus DescribeEventBus",
     "DescribeEventBus tells the description", lambda: lost("DescribeEventBus", "Description"),
     [("CreateEventBus", {"Name": "one", "Description": "first"}),
      ("DescribeEventBus", {"Name": "one"}), "Description"]),
    ("LocalStack 9994: a rule stays disabled", "events", "EnableRule", "the rule is ENABLED then",
     lambda: swallowed("events", "EnableRule", "DescribeRule Name"),
     [MAKE_RULE, ("EnableRule", {"Name": "one"}), ("DescribeRule", {"Name": "one"}), "State"]),
    ("LocalStack 1698: rules are made without their tags", "events", "PutRule ListTagsForResource",
     "tags come with a new rule", lambda: ignored("PutRule", "Tags"),
     [("PutRule", {**MAKE_RULE[1], "Tags": TAGS}),
      ("ListTagsForResource", {"ResourceARN": "$PutRule.RuleArn"}), "Tags"]),
    ("an archive stays as it was", "events", "UpdateArchive", "what is updated is shown",
     lambda: ignored("UpdateArchive", "RetentionDays", "Description"),
     [("CreateEventBus", {"Name": "one"}),
      ("CreateArchive", {"ArchiveName": "a", "EventSourceArn": "$CreateEventBus.EventBusArn"}),
      ("UpdateArchive", {"ArchiveName": "a", "RetentionDays": 3, "Description": "second"}),
      ("DescribeArchive", {"ArchiveName": "a"}), "[RetentionDays, Description]"]),
    ("rules are listed whatever the prefix", "events", "ListRules",
     "the names of the rules begin with the prefix", lambda: ignored("ListRules", "NamePrefix"),
     [MAKE_RULE, ("ListRules", {"NamePrefix": "x"}), "Rules[].Name"]),
    ("a bus that is not there is another error", "events", "DescribeEventBus",
     "a bus that is not there is a ResourceNotFoundException",
     lambda: another_error("DescribeEventBus", "ResourceNotFoundException", "NotFoundException"),
     [("DescribeEventBus", {"Name": "none"}), "@"]),
]  # fmt: skip


STATES = [
    ("LocalStack 10382: a machine that is not there is an InvalidName", "stepfunctions",
     "DescribeStateMachine", "it is a StateMachineDoesNotExist",
     lambda: another_error("DescribeStateMachine", "StateMachineDoesNotExist", "InvalidName"),
     [("DescribeStateMachine",
       {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:none"}), "@"]),
    ("cloudemu 1191: machines lose their encryption", "stepfunctions",
     "CreateStateMachine DescribeStateMachine", "DescribeStateMachine tells the encryption",
     lambda: ignored("CreateStateMachine", "encryptionConfiguration"),
     [("CreateStateMachine", {**MAKE_MACHINE[1], "encryptionConfiguration": OWN_KEY}),
      ("DescribeStateMachine", THE_MACHINE), "encryptionConfiguration.type"]),
    ("a machine keeps its former definition", "stepfunctions", "UpdateStateMachine",
     "the definition is that of the machine from then on",
     lambda: ignored("UpdateStateMachine", "definition"),
     [MAKE_MACHINE, ("UpdateStateMachine", {**THE_MACHINE, "definition": OTHER}),
      ("DescribeStateMachine", THE_MACHINE), "definition"]),
    ("machines are made without their tags", "stepfunctions",
     "CreateStateMachine ListTagsForResource", "tags come with a machine",
     lambda: ignored("CreateStateMachine", "tags"),
     [("CreateStateMachine", {**MAKE_MACHINE[1], "tags": [{"key": "k", "value": "v"}]}),
      ("ListTagsForResource", {"resourceArn": THE_MACHINE["stateMachineArn"]}), "tags"]),
    ("a deleted activity is there", "stepfunctions", "DeleteActivity",
     "an activity that is not there is an ActivityDoesNotExist",
     lambda: swallowed("stepfunctions", "DeleteActivity", "DescribeActivity activityArn"),
     [("CreateActivity", {"name": "one"}),
      ("DeleteActivity", {"activityArn": "$CreateActivity.activityArn"}),
      ("DescribeActivity", {"activityArn": "$CreateActivity.activityArn"}), "name"]),
]  # fmt: skip


CLOUDWATCH = [
    ("cloudemu 1144: alarms have no description", "cloudwatch", "PutMetricAlarm DescribeAlarms",
     "DescribeAlarms tells the description",
     lambda: ignored("PutMetricAlarm", "AlarmDescription"),
     [("PutMetricAlarm", ALARM), ("DescribeAlarms", {}), "MetricAlarms[].AlarmDescription"]),
    ("cloudemu 747: dashboards are listed whatever the prefix", "cloudwatch", "ListDashboards",
     "the names of the dashboards begin with the prefix",
     lambda: ignored("ListDashboards", "DashboardNamePrefix"),
     [("PutDashboard", {"DashboardName": "one", "DashboardBody": '{"widgets": []}'}),
      ("ListDashboards", {"DashboardNamePrefix": "x"}), "DashboardEntries[].DashboardName"]),
    ("actions of alarms stay enabled", "cloudwatch", "DisableAlarmActions",
     "ActionsEnabled is false then",
     lambda: swallowed("cloudwatch", "DisableAlarmActions", "DescribeAlarms AlarmNames"),
     [("PutMetricAlarm", ALARM), ("DisableAlarmActions", {"AlarmNames": ["one"]}),
      ("DescribeAlarms", {}), "MetricAlarms[].ActionsEnabled"]),
    ("alarms are made without their tags", "cloudwatch", "PutMetricAlarm ListTagsForResource",
     "tags come with a new alarm", lambda: ignored("PutMetricAlarm", "Tags"),
     [("PutMetricAlarm", {**ALARM, "Tags": TAGS}), ("DescribeAlarms", {}),
      ("ListTagsForResource", {"ResourceARN": "$DescribeAlarms.MetricAlarms[0].AlarmArn"}),
      "Tags"]),
    ("LocalStack 2161: whether actions are enabled is an empty text", "cloudwatch",
     "DescribeAlarms",
     "ActionsEnabled is a Boolean", lambda: after("DescribeAlarms", _actions_as_text),
     [("PutMetricAlarm", ALARM), ("DescribeAlarms", {}), "MetricAlarms[].ActionsEnabled"]),
    ("deleted alarms are there", "cloudwatch", "DeleteAlarms", "deleted alarms are not described",
     lambda: swallowed("cloudwatch", "DeleteAlarms", "DescribeAlarms AlarmNames"),
     [("PutMetricAlarm", ALARM), ("DeleteAlarms", {"AlarmNames": ["one"]}),
      ("DescribeAlarms", {}), "MetricAlarms[].AlarmName"]),
]  # fmt: skip


ECS = [
    ("floci 2806: clusters are made without their settings", "ecs",
     "CreateCluster DescribeClusters", "a cluster has the settings that it is created with",
     lambda: ignored("CreateCluster", "settings"),
     [("CreateCluster", {"clusterName": "one",
                         "settings": [{"name": "containerInsights", "value": "enabled"}]}),
      ("DescribeClusters", {"clusters": ["one"], "include": ["SETTINGS"]}),
      "clusters[].settings"]),
    ("moto 3138: services are made without their tags", "ecs", "CreateService ListTagsForResource",
     "tags come with a service", lambda: ignored("CreateService", "tags"),
     [("CreateCluster", {}), TASK,
      ("CreateService", {**SERVICE, "tags": [{"key": "k", "value": "v"}]}),
      ("ListTagsForResource", {"resourceArn": "$CreateService.service.serviceArn"}), "tags"]),
    ("a service keeps its desired count", "ecs", "UpdateService",
     "the count is that of the service",
     lambda: ignored("UpdateService", "desiredCount"),
     [("CreateCluster", {}), TASK, ("CreateService", SERVICE),
      ("UpdateService", {"service": "one", "desiredCount": 3}),
      ("DescribeServices", {"services": ["one"]}), "services[].desiredCount"]),
    ("a deregistered definition is active", "ecs", "DeregisterTaskDefinition",
     "the definition is INACTIVE then",
     lambda: shown_as("DescribeTaskDefinition", "taskDefinition", status="ACTIVE"),
     [TASK, ("DeregisterTaskDefinition", {"taskDefinition": "one:1"}),
      ("DescribeTaskDefinition", {"taskDefinition": "one:1"}), "taskDefinition.status"]),
    ("moto 4649: tags of clusters stay", "ecs", "UntagResource", "tags with these keys are removed",
     lambda: other_keys("UntagResource", "tagKeys"),
     [("CreateCluster", {"clusterName": "one", "tags": [{"key": "k", "value": "v"}]}),
      ("UntagResource", {"resourceArn": "$CreateCluster.cluster.clusterArn", "tagKeys": ["k"]}),
      ("ListTagsForResource", {"resourceArn": "$CreateCluster.cluster.clusterArn"}), "tags"]),
]  # fmt: skip


ECR = [
    ("cloudemu 669: tags of images stay mutable", "ecr", "PutImageTagMutability",
     "the repository tells the mutability from then on",
     lambda: swallowed("ecr", "PutImageTagMutability", "ListImages repositoryName",
                       sent_back("repositoryName", "imageTagMutability")),
     [("CreateRepository", {"repositoryName": "one"}),
      ("PutImageTagMutability", {"repositoryName": "one", "imageTagMutability": "IMMUTABLE"}),
      ("DescribeRepositories", {}), "repositories[].imageTagMutability"]),
    ("cloudemu 669: a lifecycle policy is not that which was put", "ecr",
     "PutLifecyclePolicy GetLifecyclePolicy", "the text is that of the policy that was put",
     lambda: shows_always("GetLifecyclePolicy", lifecyclePolicyText='{"rules":[]}'),
     [("CreateRepository", {"repositoryName": "one"}),
      ("PutLifecyclePolicy", {"repositoryName": "one", "lifecyclePolicyText": json.dumps(
          {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countNumber": 1,
                      "countType": "imageCountMoreThan"}, "action": {"type": "expire"}}]})}),
      ("GetLifecyclePolicy", {"repositoryName": "one"}), "lifecyclePolicyText"]),
    ("a repository that is not there is an empty list", "ecr", "DescribeRepositories",
     "it is a RepositoryNotFoundException",
     lambda: accepted("DescribeRepositories", "RepositoryNotFoundException",
                      lambda _: {"repositories": []}),
     [("DescribeRepositories", {"repositoryNames": ["none"]}), "@"]),
    ("a repository is created that is there", "ecr", "CreateRepository",
     "a name that is taken is a RepositoryAlreadyExistsException",
     lambda: accepted("CreateRepository", "RepositoryAlreadyExistsException", _repository),
     [*[("CreateRepository", {"repositoryName": "one"})] * 2, "repository.repositoryName"]),
    ("cloudemu 1203: tags of images have any mutability", "ecr", "CreateRepository",
     "the mutability is one of four", lambda: before("CreateRepository", _any_mutability),
     [("CreateRepository", {"repositoryName": "one", "imageTagMutability": "WRONG"}),
      "repository.repositoryName"]),
    ("repositories are made without their tags", "ecr", "CreateRepository ListTagsForResource",
     "tags come with a repository", lambda: ignored("CreateRepository", "tags"),
     [("CreateRepository", {"repositoryName": "one", "tags": TAGS}),
      ("ListTagsForResource", {"resourceArn": "$CreateRepository.repository.repositoryArn"}),
      "tags"]),
]  # fmt: skip


IDENTITIES = [
    ("clients of pools stay as they were", "cognito-idp", "UpdateUserPoolClient",
     "what is updated is shown",
     lambda: ignored("UpdateUserPoolClient", "ClientName", "RefreshTokenValidity"),
     [MAKE_POOL, ("CreateUserPoolClient", {"UserPoolId": POOL, "ClientName": "first"}),
      ("UpdateUserPoolClient", {"UserPoolId": POOL, "ClientName": "second",
                                "ClientId": "$CreateUserPoolClient.UserPoolClient.ClientId"}),
      ("DescribeUserPoolClient", {"UserPoolId": POOL,
                                  "ClientId": "$CreateUserPoolClient.UserPoolClient.ClientId"}),
      "UserPoolClient.ClientName"]),
    ("groups of pools stay as they were", "cognito-idp", "UpdateGroup", "what is updated is shown",
     lambda: ignored("UpdateGroup", "Description", "Precedence"),
     [MAKE_POOL, ("CreateGroup", {"UserPoolId": POOL, "GroupName": "g", "Description": "first"}),
      ("UpdateGroup", {"UserPoolId": POOL, "GroupName": "g", "Description": "second"}),
      ("GetGroup", {"UserPoolId": POOL, "GroupName": "g"}), "Group.Description"]),
    ("a group of a pool is created that is there", "cognito-idp", "CreateGroup",
     "a name that is taken is a GroupExistsException",
     lambda: accepted("CreateGroup", "GroupExistsException", _the_group),
     [MAKE_POOL, *[("CreateGroup", {"UserPoolId": POOL, "GroupName": "g"})] * 2,
      "Group.GroupName"]),
    ("a provider that is not there is another error", "cognito-idp", "DescribeIdentityProvider",
     "it is a ResourceNotFoundException",
     lambda: another_error("DescribeIdentityProvider", "ResourceNotFoundException",
                           "InvalidParameterException"),
     [MAKE_POOL, ("DescribeIdentityProvider", {"UserPoolId": POOL, "ProviderName": "p"}), "@"]),
    ("no page of pools follows", "cognito-idp", "ListUserPools",
     "NextToken leads to the pools that MaxResults left out",
     lambda: lost("ListUserPools", "NextToken"),
     [MAKE_POOL, MAKE_POOL, ("ListUserPools", {"MaxResults": 1}), "type(NextToken)"]),
    ("users stay enabled", "cognito-idp", "AdminDisableUser", "Enabled is false then",
     lambda: swallowed("cognito-idp", "AdminDisableUser", "AdminGetUser UserPoolId Username"),
     [MAKE_POOL, ("AdminCreateUser", {"UserPoolId": POOL, "Username": "u"}),
      ("AdminDisableUser", {"UserPoolId": POOL, "Username": "u"}),
      ("AdminGetUser", {"UserPoolId": POOL, "Username": "u"}), "Enabled"]),
]  # fmt: skip


DATABASE = ("CreateDatabase", {"DatabaseInput": {"Name": "one", "Description": "first"}})
IN_TABLE = {"DatabaseName": "one", "TableInput": {"Name": "t"}}
GLUE = [
    ("floci 1318: a table that is not there is deleted", "glue", "DeleteTable",
     "it is an EntityNotFoundException",
     lambda: accepted("DeleteTable", "EntityNotFoundException", lambda _: {}),
     [DATABASE, ("DeleteTable", {"DatabaseName": "one", "Name": "none"}), "@"]),
    ("floci 1230: tables have no versions", "glue", "GetTableVersions UpdateTable",
     "the versions of the table are listed",
     lambda: shows_always("GetTableVersions", TableVersions=[]),
     [DATABASE, ("CreateTable", IN_TABLE), ("UpdateTable", IN_TABLE),
      ("GetTableVersions", {"DatabaseName": "one", "TableName": "t"}),
      "length(TableVersions)"]),
    ("databases stay as they were", "glue", "UpdateDatabase", "what is updated is shown",
     lambda: swallowed("glue", "UpdateDatabase", "GetDatabase Name"),
     [DATABASE, ("UpdateDatabase", {"Name": "one", "DatabaseInput":
                                    {"Name": "one", "Description": "second"}}),
      ("GetDatabase", {"Name": "one"}), "Database.Description"]),
    ("a database is created that is there", "glue", "CreateDatabase",
     "a name that is taken is an AlreadyExistsException",
     lambda: accepted("CreateDatabase", "AlreadyExistsException", lambda _: {}),
     [DATABASE, DATABASE, "@"]),
    ("a deleted registry is there", "glue", "DeleteRegistry",
     "a registry that is not there is an EntityNotFoundException",
     lambda: swallowed("glue", "DeleteRegistry", "GetRegistry RegistryId", lambda call: {
         "RegistryName": call.sent["RegistryId"].get("RegistryName", "one"),
         "Status": "DELETING"}),
     [("CreateRegistry", {"RegistryName": "one"}),
      ("DeleteRegistry", {"RegistryId": {"RegistryName": "one"}}),
      ("GetRegistry", {"RegistryId": {"RegistryName": "one"}}), "RegistryName"]),
]  # fmt: skip


WORK = ("CreateWorkGroup", {"Name": "one", "Tags": TAGS, "Configuration": {
    "ResultConfiguration": {"OutputLocation": "s3://one/"}}})  # fmt: skip
ASKED = {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": "s3://one/"}}
WORK_ARN = "arn:aws:athena:us-east-1:123456789012:workgroup/one"
PRIMARY = [{"Name": "primary", "State": "ENABLED"}]
ATHENA = [
    ("floci 1175: the primary group alone is listed", "athena", "ListWorkGroups CreateWorkGroup",
     "the groups that there are are listed",
     lambda: shows_always("ListWorkGroups", WorkGroups=PRIMARY),
     [WORK, ("ListWorkGroups", {}), "WorkGroups[].Name"]),
    ("moto 8361: queries are listed whatever the group", "athena", "ListQueryExecutions",
     "the queries of the group are listed", lambda: ignored("ListQueryExecutions", "WorkGroup"),
     [WORK, ("StartQueryExecution", ASKED), ("ListQueryExecutions", {"WorkGroup": "one"}),
      "length(QueryExecutionIds)"]),
    ("named queries have no description", "athena", "CreateNamedQuery GetNamedQuery",
     "GetNamedQuery tells the description", lambda: ignored("CreateNamedQuery", "Description"),
     [("CreateNamedQuery", {"Name": "q", "Database": "d", "QueryString": "SELECT 1",
                            "Description": "first"}),
      ("GetNamedQuery", {"NamedQueryId": "$CreateNamedQuery.NamedQueryId"}),
      "NamedQuery.Description"]),
    ("tags of groups stay", "athena", "UntagResource", "tags with these keys are removed",
     lambda: other_keys("UntagResource", "TagKeys"),
     [WORK, ("UntagResource", {"ResourceARN": WORK_ARN, "TagKeys": ["k"]}),
      ("ListTagsForResource", {"ResourceARN": WORK_ARN}), "Tags"]),
    ("a deleted group is there", "athena", "DeleteWorkGroup", "a deleted group is not found",
     lambda: swallowed("athena", "DeleteWorkGroup", "GetWorkGroup WorkGroup"),
     [WORK, ("DeleteWorkGroup", {"WorkGroup": "one"}), ("GetWorkGroup", {"WorkGroup": "one"}),
      "WorkGroup.Name"]),
]  # fmt: skip


FIREHOSE = [
    ("LocalStack 12656: a delivery stream is created that is there", "firehose",
     "CreateDeliveryStream", "a name that is taken is a ResourceInUseException",
     lambda: accepted("CreateDeliveryStream", "ResourceInUseException", _delivery_arn),
     [*[("CreateDeliveryStream", DELIVERY)] * 2, "type(DeliveryStreamARN)"]),
    ("tags of delivery streams stay", "firehose", "UntagDeliveryStream",
     "tags with these keys are removed", lambda: other_keys("UntagDeliveryStream", "TagKeys"),
     [("CreateDeliveryStream", {**DELIVERY, "Tags": TAGS}),
      ("UntagDeliveryStream", {"DeliveryStreamName": "one", "TagKeys": ["k"]}),
      ("ListTagsForDeliveryStream", {"DeliveryStreamName": "one"}), "Tags"]),
    ("delivery streams are listed whatever their type", "firehose", "ListDeliveryStreams",
     "the streams of the type are listed",
     lambda: ignored("ListDeliveryStreams", "DeliveryStreamType"),
     [("CreateDeliveryStream", DELIVERY),
      ("ListDeliveryStreams", {"DeliveryStreamType": "KinesisStreamAsSource"}),
      "DeliveryStreamNames"]),
    ("lists of delivery streams do not tell whether there are more", "firehose",
     "ListDeliveryStreams", "HasMoreDeliveryStreams is required in the answer",
     lambda: lost("ListDeliveryStreams", "HasMoreDeliveryStreams"),
     [("ListDeliveryStreams", {}), "HasMoreDeliveryStreams"]),
]  # fmt: skip


CERTIFICATE = ("RequestCertificate", {"DomainName": "one.example.com", "Tags": TAGS})
THE_CERTIFICATE = {"CertificateArn": "$RequestCertificate.CertificateArn"}
ACM = [
    ("certificates are listed whatever their status", "acm", "ListCertificates",
     "certificates of these statuses are listed",
     lambda: ignored("ListCertificates", "CertificateStatuses"),
     [CERTIFICATE, ("ListCertificates", {"CertificateStatuses": ["REVOKED"]}),
      "CertificateSummaryList[].DomainName"]),
    ("certificates are given no tags", "acm", "AddTagsToCertificate",
     "tags are added to the certificate",
     lambda: swallowed("acm", "AddTagsToCertificate", "DescribeCertificate CertificateArn"),
     [CERTIFICATE, ("AddTagsToCertificate", {**THE_CERTIFICATE, "Tags": [{"Key": "x"}]}),
      ("ListTagsForCertificate", THE_CERTIFICATE), "Tags"]),
    ("a deleted certificate is there", "acm", "DeleteCertificate",
     "a certificate that is not there is a ResourceNotFoundException",
     lambda: swallowed("acm", "DeleteCertificate", "DescribeCertificate CertificateArn"),
     [CERTIFICATE, ("DeleteCertificate", THE_CERTIFICATE),
      ("DescribeCertificate", THE_CERTIFICATE), "Certificate.DomainName"]),
]  # fmt: skip


TABLE = table(
    KINESIS + LOGS + EVENTS + STATES + CLOUDWATCH + ECS + ECR + IDENTITIES + GLUE + ATHENA
    + FIREHOSE + ACM
)  # fmt: skip
