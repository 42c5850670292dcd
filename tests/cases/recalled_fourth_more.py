"""The defects of recalled_fourth that are of services in CBOR and JSON, and some in JSON alone.

Those in both are spoken to in JSON, as moto has no CBOR.
"""

from __future__ import annotations

from tests.cases.recalled import ignored
from tests.cases.recalled_fourth import kept, replaced, undone, unread_in
from tests.cases.recalled_fresh import accepted, after
from tests.cases.recalled_uncurated import ROLE, TAGS, shown_as, swallowed, table

PROJECT = ("CreateProject", {
    "name": "one", "description": "first",
    "serviceRole": ROLE,
    "source": {"type": "S3", "location": "one/two.zip"},
    "artifacts": {"type": "NO_ARTIFACTS"}, "timeoutInMinutes": 20,
    "environment": {"type": "LINUX_CONTAINER", "image": "i",
                    "computeType": "BUILD_GENERAL1_SMALL"}})  # fmt: skip
OTHER_PROJECT = ("CreateProject", {**PROJECT[1], "name": "two"})


def _project(call):
    shown = call.again("BatchGetProjects", {"names": [call.sent["name"]]})[1]
    return {"project": shown["projects"][0]}


def _of_all_projects(call, status, _body):
    return call.again("ListBuilds", {})[1] if status == 200 else None


CODEBUILD = [
    ("projects have no description", "codebuild", "CreateProject BatchGetProjects",
     "a project tells its description", lambda: ignored("CreateProject", "description"),
     [PROJECT, ("BatchGetProjects", {"names": ["one"]}), "projects[].description"]),
    ("a project is created that is there", "codebuild", "CreateProject",
     "a name that is taken is a ResourceAlreadyExistsException",
     lambda: accepted("CreateProject", "ResourceAlreadyExistsException", _project),
     [PROJECT, PROJECT, "project.name"]),
    ("builds are those of all projects", "codebuild", "ListBuildsForProject",
     "the builds of the project are listed",
     lambda: after("ListBuildsForProject", _of_all_projects),
     [PROJECT, OTHER_PROJECT, ("StartBuild", {"projectName": "one"}),
      ("ListBuildsForProject", {"projectName": "two"}), "length(ids)"]),
]  # fmt: skip


PLACES = [("CreateLocationS3", {"S3BucketArn": "arn:aws:s3:::one",
                                "S3Config": {"BucketAccessRoleArn": ROLE}})]  # fmt: skip
PLACE_ARN = "$CreateLocationS3.LocationArn"
SYNC = ("CreateTask", {"Name": "first", "SourceLocationArn": PLACE_ARN,
                       "DestinationLocationArn": PLACE_ARN})  # fmt: skip
THE_SYNC = {"TaskArn": "$CreateTask.TaskArn"}


def _ids_as_arns(_call, status, body):
    for one in body.get("Tasks", ()):
        one["TaskArn"] = one["TaskArn"].rpartition("/")[2]
    return body if status == 200 else None


DATASYNC = [
    ("a task keeps its name", "datasync", "UpdateTask", "what is updated is shown",
     lambda: kept("UpdateTask", lambda call: ("DescribeTask", {"TaskArn": call.sent["TaskArn"]}),
                  "@", "Name"),
     [*PLACES, SYNC, ("UpdateTask", {**THE_SYNC, "Name": "second"}), ("DescribeTask", THE_SYNC),
      "Name"]),
    ("ARNs of listed tasks are ids", "datasync", "ListTasks",
     "TaskArn is the ARN of the task", lambda: after("ListTasks", _ids_as_arns),
     [*PLACES, SYNC, ("ListTasks", {}), "Tasks[].TaskArn"]),
]  # fmt: skip


REPLICATION = ("CreateReplicationInstance", {
    "ReplicationInstanceIdentifier": "one", "ReplicationInstanceClass": "dms.t3.micro",
    "AutoMinorVersionUpgrade": True, "Tags": TAGS})  # fmt: skip
ENDPOINT = ("CreateEndpoint", {"EndpointIdentifier": "one", "EndpointType": "source",
                               "EngineName": "mysql"})  # fmt: skip


def _replication(call):
    named = {"Name": "replication-instance-id",
             "Values": [call.sent["ReplicationInstanceIdentifier"]]}  # fmt: skip
    shown = call.again("DescribeReplicationInstances", {"Filters": [named]})[1]
    return {"ReplicationInstance": shown["ReplicationInstances"][0]}


DMS = [
    ("endpoints are described whatever the filters", "dms", "DescribeEndpoints",
     "the endpoints that fit the filters are described",
     lambda: ignored("DescribeEndpoints", "Filters"),
     [ENDPOINT,
      ("DescribeEndpoints", {"Filters": [{"Name": "endpoint-id", "Values": ["none"]}]}),
      "Endpoints[].EndpointIdentifier"]),
    ("an instance of replications is created that is there", "dms", "CreateReplicationInstance",
     "an identifier that is taken is a ResourceAlreadyExistsFault",
     lambda: accepted("CreateReplicationInstance", "ResourceAlreadyExistsFault", _replication),
     [REPLICATION, REPLICATION, "ReplicationInstance.ReplicationInstanceIdentifier"]),
]  # fmt: skip


SERIES = ("CreateDatabase", {"DatabaseName": "one"})
IN_SERIES = {"DatabaseName": "one", "TableName": "table"}
PERIODS = {"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 7}
SERIES_TABLE = ("CreateTable", {**IN_SERIES, "RetentionProperties": PERIODS})
TIMESTREAM = [
    ("a table keeps its retention", "timestream-write", "UpdateTable", "what is updated is shown",
     lambda: kept("UpdateTable", lambda call: (
         "DescribeTable", {name: call.sent[name] for name in ("DatabaseName", "TableName")}),
         "Table", "RetentionProperties"),
     [SERIES, SERIES_TABLE,
      ("UpdateTable", {**IN_SERIES, "RetentionProperties": {
          **PERIODS, "MemoryStoreRetentionPeriodInHours": 48}}),
      ("DescribeTable", IN_SERIES),
      "Table.RetentionProperties.MemoryStoreRetentionPeriodInHours"]),
    ("moto 4454: a database that is not there has no tables", "timestream-write", "ListTables",
     "a database that is not there is a ResourceNotFoundException",
     lambda: accepted("ListTables", "ResourceNotFoundException", lambda _: {"Tables": []}),
     [("ListTables", {"DatabaseName": "none"}), "Tables"]),
    ("databases count no tables", "timestream-write", "DescribeDatabase CreateTable",
     "TableCount is the number of the tables",
     lambda: shown_as("DescribeDatabase", "Database", TableCount=0),
     [SERIES, SERIES_TABLE, ("DescribeDatabase", {"DatabaseName": "one"}), "Database.TableCount"]),
]  # fmt: skip


SPACE = ("CreateHttpNamespace", {"Name": "one", "Description": "first"})
LISTED: tuple[str, dict[str, str]] = ("ListNamespaces", {})
DISCOVERED = ("CreateService", {"Name": "s", "NamespaceId": "$ListNamespaces.Namespaces[0].Id",
                                "Description": "first"})  # fmt: skip
SERVICE_ID = "$CreateService.Service.Id"
INSTANCE = {"ServiceId": SERVICE_ID, "InstanceId": "i"}
REGISTERED = ("RegisterInstance", {**INSTANCE, "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.1"}})
DISCOVERY = [
    ("spaces of names have no description", "servicediscovery", "CreateHttpNamespace GetNamespace",
     "a namespace tells its description", lambda: ignored("CreateHttpNamespace", "Description"),
     [SPACE, LISTED, ("GetNamespace", {"Id": "$ListNamespaces.Namespaces[0].Id"}),
      "Namespace.Description"]),
    ("services keep their description", "servicediscovery", "UpdateService",
     "what is updated is shown", lambda: unread_in("UpdateService", "Service", "Description"),
     [SPACE, LISTED, DISCOVERED,
      ("UpdateService", {"Id": SERVICE_ID, "Service": {"Description": "second"}}),
      ("GetService", {"Id": SERVICE_ID}), "Service.Description"]),
    ("an instance stays registered", "servicediscovery", "DeregisterInstance",
     "a deregistered instance is an InstanceNotFound",
     lambda: swallowed("servicediscovery", "DeregisterInstance", "GetInstance ServiceId InstanceId",
                       lambda _: {"OperationId": "0a1b2c3d4e5f"}),
     [SPACE, LISTED, DISCOVERED, REGISTERED, ("DeregisterInstance", INSTANCE),
      ("GetInstance", INSTANCE), "Instance.Id"]),
]  # fmt: skip


MEMORY = ("CreateCluster", {"ClusterName": "one", "NodeType": "db.t4g.small", "NumShards": 1,
                            "ACLName": "open-access"})  # fmt: skip
READER = ("CreateUser", {"UserName": "one", "AccessString": "on ~* +@all",
                         "AuthenticationMode": {"Type": "iam"}})  # fmt: skip


MEMORYDB = [
    ("fakecloud 2345: clusters are not scaled", "memorydb", "UpdateCluster",
     "the cluster has the number of shards from then on",
     lambda: ignored("UpdateCluster", "ShardConfiguration"),
     [MEMORY, ("UpdateCluster", {"ClusterName": "one", "ShardConfiguration": {"ShardCount": 3}}),
      ("DescribeClusters", {"ClusterName": "one"}), "Clusters[].NumberOfShards"]),
    ("users of clusters are described whatever the filters", "memorydb", "DescribeUsers",
     "the users that fit the filters are described", lambda: ignored("DescribeUsers", "Filters"),
     [READER, ("DescribeUsers", {"Filters": [{"Name": "user-name", "Values": ["none"]}]}),
      "Users[].Name"]),
]  # fmt: skip


NETWORK = [("CreateVpc", {"CidrBlock": "10.1.0.0/16"}),
           ("CreateSubnet", {"VpcId": "$CreateVpc.Vpc.VpcId", "CidrBlock": "10.1.0.0/24",
                             "AvailabilityZone": "us-east-1a"}),
           ("DescribeSubnets", {"Filters": [{"Name": "vpc-id",
                                             "Values": ["$CreateVpc.Vpc.VpcId"]}]}),
           ("CreateSubnet", {"VpcId": "$CreateVpc.Vpc.VpcId", "CidrBlock": "10.1.1.0/24",
                             "AvailabilityZone": "us-east-1b"})]  # fmt: skip
DIRECTORY = ("CreateDirectory", {
    "Name": "one.example.com", "Password": "Hunter2hunter2!", "Size": "Small", "VpcSettings": {
        "VpcId": "$CreateVpc.Vpc.VpcId", "SubnetIds": [
            "$DescribeSubnets.Subnets[0].SubnetId", "$CreateSubnet.Subnet.SubnetId"]}})  # fmt: skip
THE_DIRECTORY = {"DirectoryId": "$CreateDirectory.DirectoryId"}
ALIAS = ("CreateAlias", {**THE_DIRECTORY, "Alias": "one"})
DIRECTORIES = [
    ("nobody signs on once for all", "ds", "EnableSso DescribeDirectories",
     "SsoEnabled is true then",
     lambda: undone("ds", "EnableSso", lambda call: (
         "DescribeDirectories", {"DirectoryIds": [call.sent["DirectoryId"]]})),
     [*NETWORK, DIRECTORY, ALIAS, ("EnableSso", THE_DIRECTORY), ("DescribeDirectories", {}),
      "DirectoryDescriptions[].SsoEnabled"]),
]  # fmt: skip


DOMAIN = ("RegisterDomain", {"name": "one", "workflowExecutionRetentionPeriodInDays": "1"})
FLOWS = [
    ("fakecloud 2345: domains of any status are listed", "swf", "ListDomains",
     "the domains of the status are listed",
     lambda: replaced("ListDomains", "registrationStatus", lambda one: (
         "REGISTERED" if one == "DEPRECATED" else one)),
     [DOMAIN, ("ListDomains", {"registrationStatus": "DEPRECATED"}), "domainInfos[].name"]),
    ("domains are listed in one order", "swf", "ListDomains", "reverseOrder turns the order",
     lambda: ignored("ListDomains", "reverseOrder"),
     [DOMAIN, ("RegisterDomain", {**DOMAIN[1], "name": "two"}),
      ("ListDomains", {"registrationStatus": "REGISTERED", "reverseOrder": True}),
      "domainInfos[].name"]),
]  # fmt: skip


TABLE = table(CODEBUILD + DATASYNC + DMS + TIMESTREAM + DISCOVERY + MEMORYDB + DIRECTORIES + FLOWS)
