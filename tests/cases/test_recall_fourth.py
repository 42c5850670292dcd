"""What finds the defects of more services without an overlay, with what is inferred alone.

They were written down before a run was made on any. Each was tried once in front of moto, in a
quick run of the operations that it names, and what was missed twice more, with rules that others
made since; ``reports/recall-fourth.md`` has all three figures. Here each is found by the
requirement that tells of it.
"""

from __future__ import annotations

import pytest

from tests.cases import (
    recalled_fourth,
    recalled_fourth_more,
    recalled_fourth_query,
    recalled_fourth_rest,
)
from tests.cases.exam import (
    assert_changes_nothing_else,
    assert_found_alone,
    assert_names_operations,
    assert_shows_to_a_plain_client,
)
from tests.sampling import sampled

MODULES = (recalled_fourth, recalled_fourth_more, recalled_fourth_query, recalled_fourth_rest)
TABLE = {report: one for module in MODULES for report, one in module.TABLE.items()}
FINDS = {
    "a deleted hook is there": "autoscaling/DeleteLifecycleHook/behavior/gone-after-deletion",
    "a deleted distribution is there":
    "cloudfront/DeleteDistribution/behavior/gone-after-deletion",
    "a project is created that is there": "codebuild/CreateProject/behavior/taken-identifier",
    "aws-sdk 558: a pipeline that is not there is another error":
    "codepipeline/GetPipeline/behavior/unknown-identifier",
    "configurations are retained for any number of days":
    "config/PutRetentionConfiguration/request/RetentionPeriodInDays/maximum",
    "a task keeps its name": "datasync/UpdateTask/behavior/Name-is-stored",
    "file systems are answered with 200": "efs/CreateFileSystem/status/201",
    "a user of caches is created that is there": "elasticache/CreateUser/behavior/taken-identifier",
    "clusters were created at a text":
    "emr/DescribeCluster/response/Cluster.Status.Timeline.CreationDateTime/type",
    "a deleted policy of brokers is there": "kafka/DeleteClusterPolicy/behavior/takes-effect",
    "cloudemu 389: tags of clusters of brokers stay": "kafka/UntagResource/behavior/removes",
    "pipes are listed whatever the prefix": "pipes/ListPipes/behavior/NamePrefix",
    "a warehouse that is not there is an empty list":
    "redshift/DescribeClusters/behavior/unknown-identifier",
    "a deleted group of resources is there":
    "resource-groups/DeleteGroup/behavior/gone-after-deletion",
    "domains are listed in one order": "swf/ListDomains/behavior/reverseOrder",
    "a table keeps its retention":
    "timestream-write/UpdateTable/behavior/RetentionProperties-parts-are-stored",
    "configurations of endpoints are listed whatever their name":
    "sagemaker/ListEndpointConfigs/behavior/NameContains",
    "moto 6972: no page of groups of packages follows":
    "sagemaker/ListModelPackageGroups/behavior/pages",
    "moto 4780: files of trails are not validated":
    "cloudtrail/CreateTrail/behavior/EnableLogFileValidation-is-stored",
    "builds are those of all projects": "codebuild/ListBuildsForProject/behavior/projectName",
    "points of access are those of all file systems":
    "efs/DescribeAccessPoints/behavior/FileSystemId",
    "clusters of brokers are listed whatever their name":
    "kafka/ListClusters/behavior/clusterNameFilter",
    "channels are never started": "medialive/StartChannel/behavior/takes-effect",
    "canaries keep their successes as long as ever":
    "synthetics/CreateCanary/behavior/SuccessRetentionPeriodInDays-is-stored",
    "a stopped pipe goes on": "pipes/StopPipe/behavior/takes-effect",
}  # fmt: skip
FAST = (
    "a deleted group of resources is there",
    "a task keeps its name",
    "pipes are listed whatever the prefix",
)


@pytest.mark.parametrize("report", sampled(FINDS, *FAST))
def test_a_defect_is_found_without_an_overlay(moto_port, proxied, run, report):
    assert_found_alone(TABLE[report], FINDS[report], run, proxied, moto_port)


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_a_defect_shows_to_a_plain_client(moto_port, proxied, report):
    assert_shows_to_a_plain_client(TABLE[report], proxied, moto_port)


@pytest.mark.parametrize("report", TABLE)
def test_a_defect_changes_nothing_else(report):
    assert_changes_nothing_else(TABLE[report])


def test_the_exam_is_of_many_services_and_names_operations_that_they_have():
    assert len(TABLE) == sum(len(module.TABLE) for module in MODULES) == 84
    assert len({one.service for one in TABLE.values()}) == 31
    assert set(FINDS) <= set(TABLE)
    assert_names_operations(TABLE)
