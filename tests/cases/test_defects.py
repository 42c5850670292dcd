"""Defects that people reported of more emulators: each alone fails by the name of its kind."""

from __future__ import annotations

import pytest

from tests import contracts
from tests.cases import defects as of
from tests.cases.defects import (
    Defect,
    assert_changes_nothing_else,
    assert_found,
    assert_holds_without,
    assert_wrong_in_moto,
)
from tests.sampling import sampled

PLANS = "apigateway-usageplans"

TABLE = {
    one.report: one
    for one in (
        Defect(
            "moto 3134: a key of a plan is answered with 200", PLANS,
            f"{PLANS}/CreateUsagePlanKey/status/201", of.keys_of_plans_are_answered_with_200,
        ),
        Defect(
            "moto 2928: no key of a plan ends in a 500", PLANS,
            f"{PLANS}/GetUsagePlanKey/error/NotFoundException", of.no_key_of_a_plan_is_a_500,
        ),
        Defect(
            "moto 1881: keyId has no effect", PLANS,
            f"{PLANS}/GetUsagePlans/behavior/plans-of-a-key", of.plans_of_all_keys,
        ),
        Defect(
            "moto 8161: name has no effect", PLANS,
            f"{PLANS}/GetUsagePlanKeys/behavior/name", of.keys_of_all_names,
        ),
        Defect(
            "floci 1883: plans lose their tags", PLANS,
            f"{PLANS}/CreateUsagePlan/behavior/tags-is-stored", of.plans_lose_their_tags,
        ),
        Defect(
            "moto 6269: updates are of the default group", "scheduler",
            "scheduler/UpdateSchedule/behavior/in-its-group", of.updates_look_in_the_default_group,
        ),
        Defect(
            "moto 6506: schedules have no dates", "scheduler",
            "scheduler/CreateSchedule/behavior/dates", of.schedules_without_dates,
        ),
        Defect(
            "floci 439: functions have no LastUpdateStatus", "lambda",
            "lambda/UpdateFunctionCode/behavior/states", of.no_status_of_the_last_update,
        ),
        Defect(
            "fakecloud 1790: any qualifier is the latest", "lambda",
            "lambda/GetFunction/behavior/unknown-qualifier", of.any_qualifier_is_the_latest,
        ),
        Defect(
            "floci 1721: identities of a list have no status", "sesv2",
            "sesv2/ListEmailIdentities/behavior/status", of.identities_without_their_status,
        ),
        Defect(
            "floci 55: errors of SQS have former names", "sqs",
            "sqs/SendMessage/error/QueueDoesNotExist", of.former_names_of_errors,
        ),
        Defect(
            "fakecloud 1753: batches are not projected", "dynamodb",
            "dynamodb/BatchGetItem/behavior/projection", of.batches_are_not_projected,
        ),
        Defect(
            "fakecloud 1564: UPDATED_NEW tells the whole item", "dynamodb",
            "dynamodb/UpdateItem/behavior/return-values", of.the_whole_item_is_told,
        ),
        Defect(
            "floci 541: former versions keep AWSPREVIOUS", "secretsmanager",
            "secretsmanager/PutSecretValue/behavior/one-previous-version",
            of.former_versions_keep_their_stage,
        ),
        Defect(
            "fakecloud 2291: STS names errors as JSON services do", "sts",
            "sts/AssumeRole/request/RoleSessionName/maxLength", of.sts_speaks_of_exceptions,
        ),
        Defect(
            "floci 1065: no target group is an empty list", "elbv2",
            "elbv2/DescribeTargetGroups/behavior/unknown-identifier",
            of.no_target_group_is_an_empty_list,
        ),
        Defect(
            "floci 1911: no key pair is an empty list", "ec2",
            "ec2/DescribeKeyPairs/behavior/unknown-identifier", of.no_key_pair_is_an_empty_list,
        ),
        Defect(
            "floci 2952: no pool has no users", "cognito-idp",
            "cognito-idp/ListUsers/behavior/unknown-identifier", of.no_pool_has_no_users,
        ),
        Defect(
            "floci 233: users are not filtered", "cognito-idp",
            "cognito-idp/ListUsers/behavior/filter", of.users_are_not_filtered,
        ),
        Defect(
            "moto 2356: a user is made twice", "cognito-idp",
            "cognito-idp/AdminCreateUser/behavior/taken-identifier", of.users_are_made_twice,
        ),
        Defect(
            "moto 2078: clusters that are missing are no failures", "ecs",
            "ecs/DescribeClusters/behavior/tells-what-is-not-there",
            of.missing_clusters_are_no_failures,
        ),
        Defect(
            "fakecloud 2040: no user has no keys", "iam",
            "iam/ListAccessKeys/behavior/unknown-identifier", of.no_user_has_no_keys,
        ),
        Defect(
            "LocalStack 3130: alarms have no ARN", "cloudwatch",
            "cloudwatch/DescribeAlarms/behavior/arn-and-actions", of.alarms_without_an_arn,
        ),
        Defect(
            "fakecloud 2334: errors of EC2 look like those of others", "ec2",
            "ec2/protocol/error-is-xml", of.errors_of_ec2_like_those_of_others,
            ("ec2/DescribeKeyPairs/behavior/unknown-identifier",),
        ),
        Defect(
            "LocalStack 13315: machines have invalid ARNs", "stepfunctions",
            "stepfunctions/CreateStateMachine/behavior/starts", of.machines_have_invalid_arns,
        ),
        # Nobody reported these: each is the sibling of one above, of another service or member.
        Defect(
            "sibling: rules of every name", "events",
            "events/ListRules/behavior/NamePrefix",
            lambda: of.without_members("ListRules", "NamePrefix"),
        ),
        Defect(
            "sibling: log streams of every name", "logs",
            "logs/DescribeLogStreams/behavior/logStreamNamePrefix",
            lambda: of.without_members("DescribeLogStreams", "logStreamNamePrefix"),
        ),
        Defect(
            "sibling: jobs that are not there are not told", "glue",
            "glue/BatchGetJobs/behavior/tells-what-is-not-there",
            lambda: of.answers("BatchGetJobs", of.each(of.drop("JobsNotFound"))),
        ),
        Defect(
            "sibling: jobs that are there are not told beside others", "glue",
            "glue/BatchGetJobs/behavior/tells-what-is-there",
            lambda: of.answers("BatchGetJobs", of.each(of.drop("Jobs"))),
        ),
        Defect(
            "sibling: no load balancer is an empty list", "elbv2",
            "elbv2/DescribeLoadBalancers/behavior/unknown-identifier",
            lambda: of.query_nothing_there_is_empty("DescribeLoadBalancers", "<LoadBalancers/>"),
        ),
        Defect(
            "sibling: no repository is an empty list", "ecr",
            "ecr/DescribeRepositories/behavior/unknown-identifier",
            lambda: of.nothing_there_is_empty("DescribeRepositories", {"repositories": []}),
        ),
        Defect(
            "sibling: no database instance is an empty list", "rds",
            "rds/DescribeDBInstances/behavior/unknown-identifier",
            lambda: of.query_nothing_there_is_empty("DescribeDBInstances", "<DBInstances/>"),
        ),
    )
}  # fmt: skip
FAST = ("moto 8161: name has no effect", "sibling: jobs that are not there are not told")


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_a_defect_that_was_reported_fails_by_its_own_name(moto_port, proxied, run, report):
    assert_found(TABLE[report], run, proxied, moto_port)


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_without_the_defect_the_same_requirement_holds(moto_port, run, report):
    assert_holds_without(TABLE[report], run, moto_port)


WRONG_IN_MOTO = {
    "fakecloud 1517: a version is deleted that an alias stands for": (
        "lambda/DeleteFunction/behavior/version-of-an-alias", of.versions_of_aliases_are_kept,
    ),
    "floci 546: a revision that is not the present one is updated": (
        "lambda/UpdateFunctionConfiguration/behavior/another-revision",
        of.other_revisions_are_refused,
    ),
    "fakecloud 2337: a value does not match its pattern": (
        "ssm/PutParameter/behavior/allowed-pattern", of.values_are_of_the_pattern,
    ),
    "fakecloud 1566: a body does not match its digest": (
        "s3/PutObject/request/digest", of.digests_are_checked,
    ),
    "fakecloud 2286: a protocol that there is not is subscribed": (
        "sns/Subscribe/request/protocol", of.protocols_are_known,
    ),
    "fakecloud 1567: messages of a FIFO topic have no number": (
        "sns/Publish/behavior/numbered-in-a-group", of.messages_of_groups_are_numbered,
    ),
    "floci 1893: another key decrypts, or is refused by another name": (
        "kms/Decrypt/behavior/of-its-key", of.other_keys_are_incorrect,
    ),
    "fakecloud 2286: definitions are listed in one order": (
        "ecs/ListTaskDefinitions/behavior/sort", of.definitions_in_both_orders,
    ),
}  # fmt: skip


@pytest.mark.parametrize("report", sampled(WRONG_IN_MOTO))
def test_what_moto_does_wrong_fails_and_holds_where_it_is_mended(moto_port, proxied, run, report):
    assert_wrong_in_moto(*WRONG_IN_MOTO[report], run, proxied, moto_port)


def test_a_description_of_several_that_declares_that_one_is_missing_names_some():
    from conformance.contract.inference.identity_rules import asked_for

    named = {
        ("elbv2", "DescribeTargetGroups"): "Names",
        ("rds", "DescribeDBInstances"): "DBInstanceIdentifier",
        ("ecr", "DescribeRepositories"): "repositoryNames",
        # An error of another kind, or none, or a member of another kind says nothing.
        ("ecs", "DescribeServices"): None,
        ("rds", "DescribeTenantDatabases"): None,
        ("cloudwatch", "DescribeAlarms"): None,
    }
    for (service, operation), member in named.items():
        assert asked_for(contracts.contract(service).operations[operation]) == member


def test_a_question_about_several_by_name_tells_which_are_not_there():
    from conformance.contract.batches import asked_and_missing

    def told(service, operation):
        return asked_and_missing(contracts.contract(service).operations[operation])

    assert told("ecs", "DescribeClusters") == ("clusters", "clusters", "failures")
    assert told("codebuild", "BatchGetProjects") == ("names", "projects", "projectsNotFound")
    assert told("glue", "BatchGetWorkflows") == ("Names", "Workflows", "MissingWorkflows")
    assert told("ecr", "BatchGetImage") is None  # its names are no texts
    assert told("dynamodb", "BatchGetItem") is None  # what is unprocessed may be there


def test_what_is_not_there_has_a_name_that_something_might_have():
    from conformance.contract.batches import batch_rules

    def told(service):
        return {one.partition("/")[0] for one in batch_rules(contracts.contract(service))}

    assert {"DescribeClusters", "DescribeServices", "DescribeCapacityProviders"} <= told("ecs")
    assert {"BatchGetProjects", "BatchGetFleets"} <= told("codebuild")
    # The service makes up what these are called by, or they are ARNs.
    assert not {"DescribeTasks", "DescribeContainerInstances", "DescribeTaskSets"} & told("ecs")
    assert not {"BatchGetBuilds", "BatchGetReportGroups", "BatchGetReports"} & told("codebuild")


def test_the_cases_change_nothing_that_they_are_not_about():
    assert_changes_nothing_else(TABLE)
