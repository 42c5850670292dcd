"""The defects of recalled_fourth that are of services in XML."""

from __future__ import annotations

import re
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

from tests.cases.defects import without_query
from tests.cases.recalled_uncurated import TAGS, table
from tests.cases.recalled_uncurated_others import (
    done,
    idle,
    no_error,
    rewritten,
    told_otherwise,
    unheeded,
)


def shown_otherwise(path, pattern, becomes):
    """The text of an answer of success to a GET has this in place of that."""

    def answer(sent, target, _headers, _body, status, answered, data, _upstream):
        if sent != "GET" or status != 200 or not re.fullmatch(path, unquote(urlsplit(target).path)):
            return None
        return status, answered, re.sub(pattern, becomes, data.decode(), flags=re.DOTALL).encode()

    return SimpleNamespace(answer=answer)


LAUNCH = ("CreateLaunchConfiguration", {"LaunchConfigurationName": "one", "ImageId": "ami-12c6146b",
                                        "InstanceType": "t3.micro"})  # fmt: skip
SCALED = ("CreateAutoScalingGroup", {
    "AutoScalingGroupName": "one", "LaunchConfigurationName": "one", "MinSize": 0, "MaxSize": 2,
    "DesiredCapacity": 0, "AvailabilityZones": ["us-east-1a"], "Tags": TAGS})  # fmt: skip
THE_SCALED = {"AutoScalingGroupName": "one"}
HOOK = (
    "PutLifecycleHook",
    {
        **THE_SCALED,
        "LifecycleHookName": "h",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
    },
)
THE_GROUP = "DescribeAutoScalingGroups AutoScalingGroupNames.member.1=AutoScalingGroupName"
SCALING = [
    ("moto 7383: groups are described whatever the filters", "autoscaling",
     "DescribeAutoScalingGroups", "the groups that fit the filters are described",
     lambda: unheeded("DescribeAutoScalingGroups", "Filters."),
     [LAUNCH, SCALED,
      ("DescribeAutoScalingGroups", {"Filters": [{"Name": "tag-key", "Values": ["none"]}]}),
      "AutoScalingGroups[].AutoScalingGroupName"]),
    ("moto 409: groups of instances are made without their tags", "autoscaling",
     "CreateAutoScalingGroup DescribeTags DescribeAutoScalingGroups", "tags come with a group",
     lambda: unheeded("CreateAutoScalingGroup", "Tags."),
     [LAUNCH, SCALED, ("DescribeTags", {}), "Tags[].Key"]),
    ("suspended processes go on", "autoscaling", "SuspendProcesses DescribeAutoScalingGroups",
     "a group tells its SuspendedProcesses",
     lambda: done("autoscaling", "SuspendProcesses", THE_GROUP),
     [LAUNCH, SCALED, ("SuspendProcesses", {**THE_SCALED, "ScalingProcesses": ["Launch"]}),
      ("DescribeAutoScalingGroups", {}), "AutoScalingGroups[].SuspendedProcesses[]"]),
    ("a deleted hook is there", "autoscaling", "DeleteLifecycleHook DescribeLifecycleHooks",
     "a deleted hook is not described",
     lambda: done("autoscaling", "DeleteLifecycleHook", THE_GROUP, " "),
     [LAUNCH, SCALED, HOOK, ("DeleteLifecycleHook", {**THE_SCALED, "LifecycleHookName": "h"}),
      ("DescribeLifecycleHooks", THE_SCALED), "LifecycleHooks[].LifecycleHookName"]),
    ("configurations were made at a number", "autoscaling", "DescribeLaunchConfigurations",
     "CreatedTime is a date and a time",
     lambda: told_otherwise("DescribeLaunchConfigurations", "<CreatedTime>[^<]*",
                            "<CreatedTime>1767225600"),
     [LAUNCH, ("DescribeLaunchConfigurations", {}),
      "to_string(LaunchConfigurations[].CreatedTime)"]),
    ("no page of configurations of launches follows", "autoscaling", "DescribeLaunchConfigurations",
     "NextToken leads to what MaxRecords left out",
     lambda: told_otherwise("DescribeLaunchConfigurations", "<NextToken>.*?</NextToken>", ""),
     [LAUNCH, ("CreateLaunchConfiguration", {**LAUNCH[1], "LaunchConfigurationName": "two"}),
      ("DescribeLaunchConfigurations", {"MaxRecords": 1}), "type(NextToken)"]),
]  # fmt: skip


WAREHOUSE = ("CreateCluster", {
    "ClusterIdentifier": "one", "NodeType": "ra3.large", "ClusterType": "single-node", "Port": 5440,
    "MasterUsername": "admin", "MasterUserPassword": "Hunter2hunter2", "Tags": TAGS})  # fmt: skip
GRANT = ("CreateSnapshotCopyGrant", {"SnapshotCopyGrantName": "one", "KmsKeyId": "k"})


def _grant(sent):
    name, key = sent["SnapshotCopyGrantName"], sent.get("KmsKeyId", "k")
    return (f"<SnapshotCopyGrant><SnapshotCopyGrantName>{name}</SnapshotCopyGrantName>"
            f"<KmsKeyId>{key}</KmsKeyId></SnapshotCopyGrant>")  # fmt: skip


REDSHIFT = [
    ("warehouses listen to another port", "redshift", "CreateCluster DescribeClusters",
     "the port of the Endpoint is that of the creation",
     lambda: unheeded("CreateCluster", "Port"),
     [WAREHOUSE, ("DescribeClusters", {}), "Clusters[].Endpoint.Port"]),
    ("a warehouse that is not there is an empty list", "redshift", "DescribeClusters",
     "it is a ClusterNotFound",
     lambda: no_error("redshift", "DescribeClusters", "ClusterNotFound", lambda _: "<Clusters/>"),
     [("DescribeClusters", {"ClusterIdentifier": "none"}), "Clusters"]),
    ("a grant of copies is created that is there", "redshift", "CreateSnapshotCopyGrant",
     "a name that is taken is a SnapshotCopyGrantAlreadyExistsFault",
     lambda: no_error("redshift", "CreateSnapshotCopyGrant", "SnapshotCopyGrantAlreadyExistsFault",
                      _grant),
     [GRANT, GRANT, "SnapshotCopyGrant.SnapshotCopyGrantName"]),
]  # fmt: skip


REPLICAS = ("CreateReplicationGroup", {"ReplicationGroupId": "one", "Engine": "redis",
                                       "ReplicationGroupDescription": "first", "Tags": TAGS,
                                       "CacheNodeType": "cache.t3.micro"})  # fmt: skip
READER = ("CreateUser", {"UserId": "one", "UserName": "one", "Engine": "redis",
                         "NoPasswordRequired": True, "AccessString": "on ~* +@all"})  # fmt: skip


def _reader(sent):
    return "".join(f"<{name}>{sent.get(name, '')}</{name}>"
                   for name in ("UserId", "UserName", "Engine", "AccessString"))  # fmt: skip


CACHES = [
    ("groups of replicas keep their description", "elasticache", "ModifyReplicationGroup",
     "the description is that of the group from then on",
     lambda: unheeded("ModifyReplicationGroup", "ReplicationGroupDescription"),
     [REPLICAS, ("ModifyReplicationGroup", {"ReplicationGroupId": "one",
                                            "ReplicationGroupDescription": "second"}),
      ("DescribeReplicationGroups", {}), "ReplicationGroups[].Description"]),
    ("a user of caches is created that is there", "elasticache", "CreateUser",
     "an id that is taken is a UserAlreadyExists",
     lambda: no_error("elasticache", "CreateUser", "UserAlreadyExists", _reader),
     [READER, READER, "UserId"]),
]  # fmt: skip


ORIGIN = {"Id": "o", "DomainName": "one.s3.amazonaws.com",
          "S3OriginConfig": {"OriginAccessIdentity": ""}}  # fmt: skip
CONFIG = {"CallerReference": "one", "Comment": "first", "Enabled": True,
          "Origins": {"Quantity": 1, "Items": [ORIGIN]},
          "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all",
                                   "MinTTL": 1, "ForwardedValues": {
                                       "QueryString": False,
                                       "Cookies": {"Forward": "none"}}}}  # fmt: skip
SITE = ("CreateDistributionWithTags", {"DistributionConfigWithTags": {
    "DistributionConfig": CONFIG, "Tags": {"Items": TAGS}}})  # fmt: skip
OTHER_SITE = ("CreateDistribution", {"DistributionConfig": {**CONFIG, "CallerReference": "two"}})
SITE_ID = "$CreateDistributionWithTags.Distribution.Id"
STORE = ("CreateKeyValueStore", {"Name": "one", "Comment": "first"})
SITES = "/2020-05-31/distribution"
CLOUDFRONT = [
    ("kumo 264: listed distributions do not tell whether they are enabled", "cloudfront",
     "ListDistributions", "Enabled is required of each distribution",
     lambda: shown_otherwise(SITES, "<Enabled>[^<]*</Enabled>(?=<(Comment|PriceClass|Viewer|WebACL"
                                    "|Http|IsIPV6|Alias|Staging))", ""),
     [SITE, ("ListDistributions", {}), "DistributionList.Items[].Enabled"]),
    ("a deleted distribution is there", "cloudfront", "DeleteDistribution",
     "a deleted distribution is a NoSuchDistribution",
     lambda: idle("DELETE", SITES + "/[^/]+", 204, b""),
     [SITE, ("DeleteDistribution", {"Id": SITE_ID, "IfMatch": "e"}),
      ("GetDistribution", {"Id": SITE_ID}), "Distribution.Id"]),
    ("stores of keys keep their comment", "cloudfront", "UpdateKeyValueStore",
     "the comment is that of the store from then on",
     lambda: rewritten("PUT", "/2020-05-31/key-value-store/[^/]+", "<Comment>.*?</Comment>",
                       "<Comment>former</Comment>"),
     [STORE, ("UpdateKeyValueStore", {"Name": "one", "Comment": "second",
                                      "IfMatch": "$CreateKeyValueStore.ETag"}),
      ("DescribeKeyValueStore", {"Name": "one"}), "KeyValueStore.Comment"]),
    ("moto 9922: pages of distributions do not end", "cloudfront", "ListDistributions",
     "Marker is where the page begins", lambda: without_query(SITES, "Marker"),
     [SITE, OTHER_SITE, ("ListDistributions", {"MaxItems": "1"}),
      ("ListDistributions", {"MaxItems": "1",
                             "Marker": "$ListDistributions.DistributionList.NextMarker"}),
      "DistributionList.IsTruncated"]),
]  # fmt: skip


TABLE = table(SCALING + REDSHIFT + CACHES + CLOUDFRONT)
