"""Lists that name one thing, or what it is in, against answers made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.vocabulary.overlay_list_rules import FilteredRule, NarrowedRule
from conformance.plan.sequences.steps import NotShown, RuleBroken
from tests import contracts
from tests.plan.test_effects import ending, inferred, still, told
from tests.plan.test_sequences import answered, read_rule
from tests.sampling import one_in

MADE = answered(200)


def rule_at(service: str, address: str) -> Any:
    return inferred(service).overlay.rules[address]


@pytest.mark.parametrize(
    ("service", "address", "named", "value"),
    [
        ("efs", "DescribeAccessPoints/behavior/FileSystemId", "file-system", "${id.file-system}"),
        ("efs", "DescribeAccessPoints/behavior/AccessPointId", "access-point", "${id}"),
        ("networkmanager", "GetSites/behavior/siteIds", "site", ["${id}"]),
        ("codebuild", "ListBuildsForProject/behavior/projectName", "project", "${id.project}"),
        ("cognito-idp", "ListUsers/behavior/UserPoolId", "user-pool", "${id.user-pool}"),
        ("appstream", "DescribeEntitlements/behavior/StackName", "stack", "${id.stack}"),
    ],
)
def test_a_list_names_one_thing_or_what_it_is_in(service, address, named, value):
    rule = rule_at(service, address)

    assert isinstance(rule, NarrowedRule)
    assert (rule.named, rule.value) == (named, value)


@pytest.mark.parametrize(
    ("service", "address"),
    one_in(
        2,
        [
            ("medialive", "DescribeChannel/behavior/channelId"),  # the read of one, not a list
            ("apigateway", "GetDocumentationParts/behavior/name"),  # no entry shows such a name
            ("apigateway", "GetBasePathMappings/behavior/domainNameId"),  # said already
            (
                "license-manager",
                "ListLicenseConfigurationsForOrganization/behavior/LicenseConfigurationArns",
            ),  # of something that is not made
            ("frauddetector", "GetModels/behavior/modelId"),  # a model with its type alone
            (
                "glue",
                "ListMaterializedViewRefreshTaskRuns/behavior/TableName",
            ),  # of which database?
            ("pinpoint", "GetCampaign/behavior/application-id"),  # lists the parts of one
            ("s3tables", "ListTableMigrations/behavior/name"),  # the name of another kind
        ],
    ),
)
def test_what_names_something_else_or_nothing_more_narrows_no_list(service, address):
    assert address not in inferred(service).overlay.rules


def test_what_counts_for_nothing_narrows_no_list_and_filters_none():
    known = told("kinesis").overlay.rules

    assert "ListStreamConsumers/behavior/StreamARN" in known
    assert "ListStreamConsumers/behavior/StreamId" not in known


def test_filters_of_another_operation_are_none_of_this_one():
    assert "DescribeBackups/behavior/Filters-backup-type" in told("fsx").overlay.rules
    found = told("autoscaling").overlay.rules
    assert "DescribeAutoScalingGroups/behavior/AutoScalingGroupNames" in found
    assert "DescribeAutoScalingGroups/behavior/Filters-Status" not in found


def test_of_what_is_shown_by_its_arn_a_filter_may_ask_for_the_name():
    own, other = "arn:aws:x:::made-0", "another-one"

    assert by_part([own, other], *[[], [own]] * 4, own=own) is None


def listed(*ids, **shown):
    return {"AccessPoints": [{"AccessPointId": one, **shown} for one in ids]}


def narrowed(own, other, *more, made="made-0"):
    rule = rule_at("efs", "DescribeAccessPoints/behavior/FileSystemId")
    texts = {"${id}": made, "${id.file-system}": "fs-0"}
    fill = lambda value, key: "fs-1" if key else texts.get(value, value)  # noqa: E731
    bodies = [MADE, listed(own), *more, *([] if more else [MADE, listed(*other)])]
    return ending(rule, "DescribeAccessPoints", bodies, inferred("efs"), fill)


def test_what_is_in_another_is_left_out():
    assert narrowed("made-0", ()) is None
    assert narrowed("made-0", ("another",)) is None
    assert isinstance(narrowed("made-0", ("made-0",)), RuleBroken)


def test_a_number_that_the_first_of_each_has_says_nothing():
    assert narrowed("1", ("1",), made="1") is None


def test_what_is_in_one_is_in_its_list_if_it_is_in_that_of_all():
    assert isinstance(narrowed("another", (), listed("made-0")), RuleBroken)
    assert isinstance(narrowed("another", (), listed("another")), NotShown)
    assert isinstance(narrowed("another", (), answered(400)), NotShown)
    late = [listed("made-0"), *still(listed("made-0"))]
    assert isinstance(narrowed("another", (), *late), NotShown)


@pytest.mark.parametrize(
    ("service", "address", "shown", "part"),
    [
        ("transcribe", "ListVocabularies/behavior/NameContains", "VocabularyName", "contains"),
        ("kafka", "ListClusters/behavior/clusterNameFilter", "clusterName", None),
        ("scheduler", "ListScheduleGroups/behavior/NamePrefix", "Name", "prefix"),
        ("transcribe", "ListVocabularies/behavior/StateEquals", "VocabularyState", None),
        ("ram", "ListPermissions/behavior/permissionType", "permissionType", None),
    ],
)
def test_the_name_of_a_filter_says_what_it_looks_at_and_how(service, address, shown, part):
    rule = rule_at(service, address)

    assert isinstance(rule, FilteredRule)
    assert (rule.shown, rule.part) == (shown, part)


def by_part(*lists, own="made-0"):
    rule = read_rule("filtered", filter="Filter", shown="KeyName", values=["none"], part="contains")
    bodies = [MADE, *({"Entries": [{"KeyName": one} for one in names]} for names in lists)]
    fill = lambda value, _: own if value == "${id}" else value  # noqa: E731
    return ending(rule, "ListKeys", bodies, contracts.contract("location"), fill)


def test_a_part_of_a_name_finds_it_and_its_own_name_finds_no_other():
    own, other = "made-0", "another-one"

    assert by_part([own, other], [own], []) is None
    assert isinstance(by_part([own, other], [own, other], []), RuleBroken)
    assert isinstance(by_part([own, other], *[[], [own]] * 4), RuleBroken)
    assert by_part([own, other], [], [own], [own], [], []) is None  # an index that is behind


def test_a_part_of_a_name_may_count_only_with_what_has_the_name():
    assert "DescribeMetricFilters/behavior/filterNamePrefix" not in inferred("logs").overlay.rules
