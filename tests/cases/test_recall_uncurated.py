"""What finds the defects of services without an overlay, with what was inferred from the models.

They were written down before a run was made on any, and each was tried once in front of moto, in a
quick run of the operations that it names; what was found then, and what was mended for the rest, is
in ``reports/recall-uncurated.md``. Here each is found by the requirement that tells of it.
"""

from __future__ import annotations

import pytest

from tests.cases import recalled_uncurated, recalled_uncurated_others
from tests.cases.exam import (
    assert_found_alone,
    assert_names_operations,
    assert_shows_to_a_plain_client,
)
from tests.sampling import sampled

TABLE = recalled_uncurated.TABLE | recalled_uncurated_others.TABLE
FINDS = {
    "certificates are given no tags": "acm/AddTagsToCertificate/behavior/adds",
    "certificates are listed whatever their status":
    "acm/ListCertificates/behavior/CertificateStatuses",
    "cloudemu 1230: interfaces are never traced":
    "appsync/CreateGraphqlApi/behavior/xrayEnabled-is-stored",
    "a deleted interface is there": "appsync/DeleteGraphqlApi/behavior/gone-after-deletion",
    "tags of interfaces stay": "appsync/UntagResource/behavior/removes",
    "keys of interfaces stay as they were": "appsync/UpdateApiKey/behavior/expires-is-stored",
    "named queries have no description": "athena/CreateNamedQuery/behavior/Description-is-stored",
    "floci 1175: the primary group alone is listed":
    "athena/ListWorkGroups/behavior/lists-what-was-made",
    "tags of vaults stay": "backup/UntagResource/behavior/removes",
    "moto 4284: definitions of jobs are made without their tags":
    "batch/RegisterJobDefinition/behavior/tags-are-listed",
    "a stack is created that is there": "cloudformation/CreateStack/behavior/taken-identifier",
    "stacks are listed whatever their status":
    "cloudformation/ListStacks/behavior/StackStatusFilter",
    "LocalStack 2161: whether actions are enabled is an empty text":
    "cloudwatch/DescribeAlarms/response/MetricAlarms[].ActionsEnabled/type",
    "cloudemu 747: dashboards are listed whatever the prefix":
    "cloudwatch/ListDashboards/behavior/DashboardNamePrefix",
    "users stay enabled": "cognito-idp/AdminDisableUser/behavior/shown",
    "a group of a pool is created that is there":
    "cognito-idp/CreateGroup/behavior/taken-identifier",
    "groups of pools stay as they were": "cognito-idp/UpdateGroup/behavior/Description-is-stored",
    "clients of pools stay as they were":
    "cognito-idp/UpdateUserPoolClient/behavior/ClientName-is-stored",
    "a repository is created that is there": "ecr/CreateRepository/behavior/taken-identifier",
    "policies of scheduling stay as they were":
    "batch/UpdateSchedulingPolicy/behavior/fairsharePolicy-parts-are-stored",
    "no page of pools follows": "cognito-idp/ListUserPools/behavior/pages",
    "databases stay as they were": "glue/UpdateDatabase/behavior/DatabaseInput-parts-are-stored",
    "fakecloud 53: no page of groups follows": "logs/DescribeLogGroups/behavior/pages",
    "events are kept for ever": "logs/PutRetentionPolicy/behavior/takes-effect",
    "moto 1593: groups are listed whatever the prefix":
    "logs/DescribeLogGroups/behavior/logGroupNamePrefix",
    "moto 344: zones are made without their comment":
    "route53/CreateHostedZone/behavior/HostedZoneConfig-parts-are-stored",
    "cloudemu 1191: machines lose their encryption":
    "stepfunctions/CreateStateMachine/behavior/encryptionConfiguration-parts-are-stored",
    "repositories are made without their tags": "ecr/CreateRepository/behavior/tags-are-listed",
    "cloudemu 1203: tags of images have any mutability":
    "ecr/CreateRepository/request/imageTagMutability/enum",
    "a repository that is not there is an empty list":
    "ecr/DescribeRepositories/behavior/unknown-identifier",
    "cloudemu 669: tags of images stay mutable":
    "ecr/PutImageTagMutability/behavior/imageTagMutability-is-stored",
    "moto 3138: services are made without their tags": "ecs/CreateService/behavior/tags-are-listed",
    "moto 4649: tags of clusters stay": "ecs/UntagResource/behavior/removes",
    "a deleted group of targets is there": "elbv2/DeleteTargetGroup/behavior/gone-after-deletion",
    "tags of groups of targets stay": "elbv2/RemoveTags/behavior/removes",
    "cloudemu 1066: buses have no description":
    "events/CreateEventBus/behavior/Description-is-stored",
    "a bus that is not there is another error":
    "events/DescribeEventBus/error/ResourceNotFoundException",
    "LocalStack 9994: a rule stays disabled": "events/DisableRule/behavior/shown",
    "rules are listed whatever the prefix": "events/ListRules/behavior/NamePrefix",
    "LocalStack 1698: rules are made without their tags": "events/PutRule/behavior/Tags-are-listed",
    "an archive stays as it was": "events/UpdateArchive/behavior/Description-is-stored",
    "a user that is not there is deleted": "iam/DeleteUser/behavior/unknown-identifier",
    "a group is created that is there": "iam/CreateGroup/behavior/taken-identifier",
    "detached policies are attached": "iam/DetachUserPolicy/behavior/takes-effect",
    "a policy keeps its default version": "iam/SetDefaultPolicyVersion/behavior/takes-effect",
    "floci 468: attributes of networks stay":
    "ec2/ModifyVpcAttribute/behavior/EnableDnsSupport-takes-effect",
    "roles are made without their tags": "iam/CreateRole/behavior/Tags-are-listed",
    "fakecloud 2007: users are listed whatever their path": "iam/ListUsers/behavior/PathPrefix",
    "tags of users stay": "iam/UntagUser/behavior/removes",
    "access keys stay active": "iam/UpdateAccessKey/behavior/Status-is-stored",
    "a role keeps the length of its sessions":
    "iam/UpdateRole/behavior/MaxSessionDuration-is-stored",
    "a stream keeps its records no longer":
    "kinesis/IncreaseStreamRetentionPeriod/behavior/RetentionPeriodHours-is-stored",
    "LocalStack 8171: there are no summaries of streams":
    "kinesis/ListStreams/behavior/lists-what-was-made",
    "tags of streams stay": "kinesis/RemoveTagsFromStream/behavior/removes",
    "LocalStack 1698: groups are made without their tags":
    "logs/CreateLogGroup/behavior/tags-are-listed",
    "a log stream is created that is there": "logs/CreateLogStream/behavior/taken-identifier",
    "fakecloud 53: groups are listed by any limit": "logs/DescribeLogGroups/request/limit/maximum",
    "fakecloud 2163: configurations are given no tags": "mq/CreateTags/behavior/tags-are-listed",
    "a deleted user of a broker is there": "mq/DeleteUser/behavior/gone-after-deletion",
    "floci 1740: an instance that is not there is an empty list":
    "rds/DescribeDBInstances/behavior/unknown-identifier",
    "tags of databases stay": "rds/RemoveTagsFromResource/behavior/removes",
    "machines are made without their tags":
    "stepfunctions/CreateStateMachine/behavior/tags-are-listed",
    "a deleted activity is there": "stepfunctions/DeleteActivity/behavior/gone-after-deletion",
    "LocalStack 10382: a machine that is not there is an InvalidName":
    "stepfunctions/DescribeStateMachine/error/StateMachineDoesNotExist",
    "a machine keeps its former definition":
    "stepfunctions/UpdateStateMachine/behavior/definition-is-stored",
}  # fmt: skip
FAST = (
    "LocalStack 1698: rules are made without their tags",
    "an archive stays as it was",
    "cloudemu 1230: interfaces are never traced",
    "tags of streams stay",
)


@pytest.mark.parametrize("report", sampled(FINDS, *FAST))
def test_a_defect_is_found_without_an_overlay(moto_port, proxied, run, report):
    assert_found_alone(TABLE[report], FINDS[report], run, proxied, moto_port)


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_a_defect_shows_to_a_plain_client(moto_port, proxied, report):
    assert_shows_to_a_plain_client(TABLE[report], proxied, moto_port)


def test_the_exam_is_of_many_services_and_names_operations_that_they_have():
    assert len(TABLE) == len(recalled_uncurated.TABLE) + len(recalled_uncurated_others.TABLE)
    assert len({one.service for one in TABLE.values()}) == 22
    assert set(FINDS) <= set(TABLE)
    assert_names_operations(TABLE)
