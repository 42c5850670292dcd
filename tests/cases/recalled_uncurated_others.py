"""The defects of recalled_uncurated that are of services in XML, or of REST."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.cases.defects import operation_of, query, rest
from tests.cases.recalled_uncurated import TAGS, table

NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "ec2": "http://ec2.amazonaws.com/doc/2016-11-15/",
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    "elbv2": "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    "rds": "http://rds.amazonaws.com/doc/2014-10-31/",
    "autoscaling": "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    "elasticache": "http://elasticache.amazonaws.com/doc/2015-02-02/",
    "redshift": "http://redshift.amazonaws.com/doc/2012-12-01/",
}


# -- the query protocol ----------------------------------------------------------------------------


def asked(operation, change):
    """``change(sent)`` gives the parameters that go on in place of those that were sent."""

    def request(method, path, headers, body, _upstream):
        if operation_of(headers, body) != operation:
            return None
        sent = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        going = change(sent)
        return method, path, headers, urlencode(going).encode()

    return SimpleNamespace(request=request)


def unheeded(operation, *beginnings):
    """Parameters whose name begins so are not looked at."""
    return asked(operation, lambda sent: {
        name: one for name, one in sent.items() if not name.startswith(beginnings)
    })  # fmt: skip


def replaced(operation, beginning, value):
    """Parameters whose name begins so have this value."""
    return asked(operation, lambda sent: {
        name: value if name.startswith(beginning) else one for name, one in sent.items()
    })  # fmt: skip


def _succeeded(service, operation, result=""):
    if service == "ec2":
        inner = result or "<return>true</return>"
        text = f"<requestId>0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f</requestId>{inner}"
    else:
        text = f"<{operation}Result>{result}</{operation}Result>" if result else ""
        text += "<ResponseMetadata><RequestId>0a1b2c3d</RequestId></ResponseMetadata>"
    space = NAMESPACES[service]
    return f'<{operation}Response xmlns="{space}">{text}</{operation}Response>'


def done(service, operation, seen_by, result=""):
    """The operation is answered with success, and nothing is done.

    ``seen_by`` is the operation that shows what it is about, with the parameters that name that:
    what is not there is refused as ever.
    """
    shown_by, *names = seen_by.split()
    given = {one.partition("=")[0]: one.rpartition("=")[2] for one in names}

    def request(method, path, headers, body, upstream):
        if operation_of(headers, body) != operation:
            return None
        sent = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        asked = {name: sent.get(of, "") for name, of in given.items()}
        going = {"Action": shown_by, "Version": sent.get("Version", ""), **asked}
        if (
            not all(asked.values())
            or upstream(
                method,
                path,
                [one for one in headers if one[0].lower() != "content-length"],
                urlencode(going).encode(),
            )[0]
            != 200
        ):
            return None
        text = _succeeded(service, operation, result)
        return 200, [("Content-Type", "text/xml")], text.encode()

    return SimpleNamespace(request=request)


def no_error(service, operation, code, result):
    """What is refused with this code is answered with success: ``result(sent)`` is the result."""

    def change(sent, status, text):
        if status < 400 or f"<Code>{code}</Code>" not in text:
            return None
        return 200, _succeeded(service, operation, result(sent))

    return query(operation, change)


def told_otherwise(operation, pattern, becomes):
    """The text of an answer of success has this in place of that."""
    return query(operation, lambda _, status, text: (
        re.sub(pattern, becomes, text, flags=re.DOTALL) if status == 200 else None
    ))  # fmt: skip


def _without_filter(name):
    def change(sent):
        numbers = {n.split(".")[1] for n, one in sent.items()
                   if re.fullmatch(r"Filter\.\d+\.Name", n) and one == name}  # fmt: skip
        return {n: one for n, one in sent.items()
                if not (n.startswith("Filter.") and n.split(".")[1] in numbers)}  # fmt: skip

    return change


USER = ("CreateUser", {"UserName": "one"})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
}]})  # fmt: skip
MAKE_ROLE = ("CreateRole", {"RoleName": "one", "AssumeRolePolicyDocument": TRUST})
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
]})  # fmt: skip
MAKE_POLICY = ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": DOCUMENT})
THE_POLICY = {"PolicyArn": "arn:aws:iam::123456789012:policy/p"}


def _group(sent):
    name, path = sent["GroupName"], sent.get("Path", "/")
    return (f"<Group><Path>{path}</Path><GroupName>{name}</GroupName>"
            f"<GroupId>AGPAABCDEFGHIJKLMNOP</GroupId>"
            f"<Arn>arn:aws:iam::123456789012:group{path}{name}</Arn>"
            f"<CreateDate>2026-01-01T00:00:00Z</CreateDate></Group>")  # fmt: skip


IAM = [
    ("a role keeps the length of its sessions", "iam", "UpdateRole",
     "MaxSessionDuration is that of the role from then on",
     lambda: unheeded("UpdateRole", "MaxSessionDuration"),
     [MAKE_ROLE, ("UpdateRole", {"RoleName": "one", "MaxSessionDuration": 7200}),
      ("GetRole", {"RoleName": "one"}), "Role.MaxSessionDuration"]),
    ("cloudemu 1171: a role keeps its description", "iam", "UpdateRoleDescription",
     "the description is that of the role from then on",
     lambda: replaced("UpdateRoleDescription", "Description", "former"),
     [MAKE_ROLE, ("UpdateRoleDescription", {"RoleName": "one", "Description": "new"}),
      ("GetRole", {"RoleName": "one"}), "Role.Description"]),
    ("fakecloud 2007: users are listed whatever their path", "iam", "ListUsers",
     "the paths of the users begin with PathPrefix", lambda: unheeded("ListUsers", "PathPrefix"),
     [USER, ("ListUsers", {"PathPrefix": "/x/"}), "Users[].UserName"]),
    ("roles are made without their tags", "iam", "CreateRole ListRoleTags GetRole",
     "tags come with a role", lambda: unheeded("CreateRole", "Tags."),
     [("CreateRole", {**MAKE_ROLE[1], "Tags": TAGS}),
      ("ListRoleTags", {"RoleName": "one"}), "Tags"]),
    ("a user that is not there is deleted", "iam", "DeleteUser", "it is a NoSuchEntity",
     lambda: no_error("iam", "DeleteUser", "NoSuchEntity", lambda _: ""),
     [("DeleteUser", {"UserName": "none"}), "@"]),
    ("tags of users stay", "iam", "UntagUser", "tags with these keys are removed",
     lambda: replaced("UntagUser", "TagKeys.", "zz"),
     [("CreateUser", {"UserName": "one", "Tags": TAGS}),
      ("UntagUser", {"UserName": "one", "TagKeys": ["k"]}),
      ("ListUserTags", {"UserName": "one"}), "Tags"]),
    ("access keys stay active", "iam", "UpdateAccessKey", "the key is Inactive then",
     lambda: replaced("UpdateAccessKey", "Status", "Active"),
     [USER, ("CreateAccessKey", {"UserName": "one"}),
      ("UpdateAccessKey", {"UserName": "one", "Status": "Inactive",
                           "AccessKeyId": "$CreateAccessKey.AccessKey.AccessKeyId"}),
      ("ListAccessKeys", {"UserName": "one"}), "AccessKeyMetadata[].Status"]),
    ("a group is created that is there", "iam", "CreateGroup",
     "a name that is taken is an EntityAlreadyExists",
     lambda: no_error("iam", "CreateGroup", "EntityAlreadyExists", _group),
     [*[("CreateGroup", {"GroupName": "g"})] * 2, "Group.GroupName"]),
    ("detached policies are attached", "iam", "DetachUserPolicy ListAttachedUserPolicies",
     "a detached policy is not listed",
     lambda: done("iam", "DetachUserPolicy", "GetUser UserName"),
     [USER, MAKE_POLICY, ("AttachUserPolicy", {"UserName": "one", **THE_POLICY}),
      ("DetachUserPolicy", {"UserName": "one", **THE_POLICY}),
      ("ListAttachedUserPolicies", {"UserName": "one"}), "AttachedPolicies[].PolicyName"]),
    ("a policy keeps its default version", "iam", "SetDefaultPolicyVersion",
     "the version is the default one then",
     lambda: done("iam", "SetDefaultPolicyVersion", "GetPolicyVersion PolicyArn VersionId"),
     [MAKE_POLICY, ("CreatePolicyVersion", {**THE_POLICY, "PolicyDocument": DOCUMENT}),
      ("SetDefaultPolicyVersion", {**THE_POLICY, "VersionId": "v2"}),
      ("GetPolicy", THE_POLICY), "Policy.DefaultVersionId"]),
]  # fmt: skip


VPC = ("CreateVpc", {"CidrBlock": "10.1.0.0/16"})
THE_VPC = {"VpcId": "$CreateVpc.Vpc.VpcId"}
VOLUME = ("CreateVolume", {"Size": 1, "AvailabilityZone": "us-east-1a"})
EC2 = [
    ("ministack 273: networks are not filtered", "ec2", "DescribeVpcs",
     "the networks that fit the filters are described", lambda: unheeded("DescribeVpcs", "Filter."),
     [("DescribeVpcs", {"Filters": [{"Name": "owner-id", "Values": ["210987654321"]}]}),
      "length(Vpcs)"]),
    ("floci 1643: subnets are not filtered by their block", "ec2", "DescribeSubnets",
     "cidr-block is a filter", lambda: asked("DescribeSubnets", _without_filter("cidr-block")),
     [("DescribeSubnets", {"Filters": [{"Name": "cidr-block", "Values": ["10.9.0.0/24"]}]}),
      "length(Subnets)"]),
    ("floci 468: attributes of networks stay", "ec2", "ModifyVpcAttribute",
     "DescribeVpcAttribute tells the attribute",
     lambda: replaced("ModifyVpcAttribute", "Enable", "true"),
     [VPC, ("ModifyVpcAttribute", {**THE_VPC, "EnableDnsSupport": {"Value": False}}),
      ("DescribeVpcAttribute", {**THE_VPC, "Attribute": "enableDnsSupport"}),
      "EnableDnsSupport.Value"]),
    ("cloudemu 480: a security group is created that is there", "ec2", "CreateSecurityGroup",
     "a name that is taken in the network is an InvalidGroup.Duplicate",
     lambda: no_error("ec2", "CreateSecurityGroup", "InvalidGroup.Duplicate",
                      lambda _: "<return>true</return><groupId>sg-0a1b2c3d4e5f60718</groupId>"),
     [VPC, *[("CreateSecurityGroup", {**THE_VPC, "GroupName": "g", "Description": "d"})] * 2,
      "type(GroupId)"]),
    ("cloudemu 484: gateways show no tags", "ec2", "CreateTags DescribeInternetGateways",
     "a gateway shows its tags",
     lambda: told_otherwise("DescribeInternetGateways", r"<tagSet>.*?</tagSet>", "<tagSet/>"),
     [("CreateInternetGateway", {}),
      ("CreateTags", {"Resources": ["$CreateInternetGateway.InternetGateway.InternetGatewayId"],
                      "Tags": TAGS}),
      ("DescribeInternetGateways", {}), "InternetGateways[].Tags"]),
    ("floci 1103: volumes have no throughput", "ec2", "CreateVolume DescribeVolumes",
     "a volume tells its throughput", lambda: unheeded("CreateVolume", "Throughput"),
     [("CreateVolume", {**VOLUME[1], "VolumeType": "gp3", "Throughput": 200}),
      ("DescribeVolumes", {}), "Volumes[].Throughput"]),
    ("a deleted volume is there", "ec2", "DeleteVolume",
     "a volume that is not there is an InvalidVolume.NotFound",
     lambda: done("ec2", "DeleteVolume", "DescribeVolumes VolumeId.1=VolumeId"),
     [VOLUME, ("DeleteVolume", {"VolumeId": "$CreateVolume.VolumeId"}),
      ("DescribeVolumes", {"VolumeIds": ["$CreateVolume.VolumeId"]}), "Volumes[].State"]),
    ("networks are made without their tags", "ec2", "CreateVpc DescribeVpcs",
     "tags come with a network", lambda: unheeded("CreateVpc", "TagSpecification."),
     [("CreateVpc", {**VPC[1], "TagSpecifications": [{"ResourceType": "vpc", "Tags": TAGS}]}),
      ("DescribeVpcs", {"VpcIds": ["$CreateVpc.Vpc.VpcId"]}), "Vpcs[].Tags"]),
    ("a key pair is created that is there", "ec2", "CreateKeyPair",
     "a name that is taken is an InvalidKeyPair.Duplicate",
     lambda: no_error("ec2", "CreateKeyPair", "InvalidKeyPair.Duplicate", lambda sent: (
         f"<keyName>{sent['KeyName']}</keyName><keyFingerprint>aa:bb</keyFingerprint>"
         "<keyMaterial>----</keyMaterial><keyPairId>key-0a1b2c3d4e5f60718</keyPairId>")),
     [*[("CreateKeyPair", {"KeyName": "k"})] * 2, "KeyName"]),
]  # fmt: skip


TEMPLATE = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
STACK = ("CreateStack", {"StackName": "one", "TemplateBody": TEMPLATE})


def _stack(sent):
    arn = f"arn:aws:cloudformation:us-east-1:123456789012:stack/{sent['StackName']}"
    return f"<StackId>{arn}/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f</StackId>"


STACKS = [
    ("moto 2709: a stack that is not there has no resources", "cloudformation",
     "ListStackResources", "a stack that is not there is a ValidationError",
     lambda: no_error("cloudformation", "ListStackResources", "ValidationError",
                      lambda _: "<StackResourceSummaries/>"),
     [("ListStackResources", {"StackName": "none"}), "@"]),
    ("stacks are made without their tags", "cloudformation", "CreateStack DescribeStacks",
     "tags come with a stack", lambda: unheeded("CreateStack", "Tags."),
     [("CreateStack", {**STACK[1], "Tags": TAGS}), ("DescribeStacks", {}), "Stacks[].Tags"]),
    ("stacks are listed whatever their status", "cloudformation", "ListStacks",
     "the stacks of these statuses are listed",
     lambda: unheeded("ListStacks", "StackStatusFilter."),
     [STACK, ("ListStacks", {"StackStatusFilter": ["ROLLBACK_FAILED"]}),
      "StackSummaries[].StackName"]),
    ("a stack is created that is there", "cloudformation", "CreateStack",
     "a name that is taken is an AlreadyExistsException",
     lambda: no_error("cloudformation", "CreateStack", "AlreadyExistsException", _stack),
     [STACK, STACK, "type(StackId)"]),
]  # fmt: skip


TARGETS = ("CreateTargetGroup", {"Name": "one", "Protocol": "HTTP", "Port": 80,
                                 "VpcId": "vpc-0a1b2c3d", "Tags": TAGS})  # fmt: skip
TARGET_ARN = "$CreateTargetGroup.TargetGroups[0].TargetGroupArn"
BALANCERS = [
    ("groups of targets stay as they were", "elbv2", "ModifyTargetGroup",
     "what is modified is shown",
     lambda: unheeded("ModifyTargetGroup", "HealthCheck", "HealthyThreshold"),
     [VPC, ("CreateTargetGroup", {**TARGETS[1], **THE_VPC}),
      ("ModifyTargetGroup", {"TargetGroupArn": TARGET_ARN, "HealthCheckPath": "/other"}),
      ("DescribeTargetGroups", {}), "TargetGroups[].HealthCheckPath"]),
    ("groups of targets are made without their tags", "elbv2", "CreateTargetGroup DescribeTags",
     "tags come with a group", lambda: unheeded("CreateTargetGroup", "Tags."),
     [VPC, ("CreateTargetGroup", {**TARGETS[1], **THE_VPC}),
      ("DescribeTags", {"ResourceArns": [TARGET_ARN]}), "TagDescriptions[].Tags"]),
    ("tags of groups of targets stay", "elbv2", "RemoveTags", "tags with these keys are removed",
     lambda: replaced("RemoveTags", "TagKeys.", "zz"),
     [VPC, ("CreateTargetGroup", {**TARGETS[1], **THE_VPC}),
      ("RemoveTags", {"ResourceArns": [TARGET_ARN], "TagKeys": ["k"]}),
      ("DescribeTags", {"ResourceArns": [TARGET_ARN]}), "TagDescriptions[].Tags"]),
    ("a deleted group of targets is there", "elbv2", "DeleteTargetGroup",
     "a group that is not there is a TargetGroupNotFound",
     lambda: done("elbv2", "DeleteTargetGroup",
                  "DescribeTargetGroups TargetGroupArns.member.1=TargetGroupArn", " "),
     [VPC, ("CreateTargetGroup", {**TARGETS[1], **THE_VPC}),
      ("DeleteTargetGroup", {"TargetGroupArn": TARGET_ARN}),
      ("DescribeTargetGroups", {"TargetGroupArns": [TARGET_ARN]}),
      "TargetGroups[].TargetGroupName"]),
]  # fmt: skip


INSTANCE = ("CreateDBInstance", {
    "DBInstanceIdentifier": "one", "DBInstanceClass": "db.t3.micro", "Engine": "postgres",
    "AllocatedStorage": 20, "MaxAllocatedStorage": 100, "MasterUsername": "root",
    "MasterUserPassword": "hunter2hunter2", "Tags": TAGS})  # fmt: skip
INSTANCE_ARN = "$CreateDBInstance.DBInstance.DBInstanceArn"


def no_instance_by_its_name():
    def change(sent, status, text):
        if "DBInstanceIdentifier" not in sent or status != 200:
            return None
        return re.sub(r"<DBInstances>.*</DBInstances>", "<DBInstances/>", text, flags=re.DOTALL)

    return query("DescribeDBInstances", change)


RDS = [
    ("floci 231: no instance is found by its name", "rds", "DescribeDBInstances CreateDBInstance",
     "the instance of the name is described", no_instance_by_its_name,
     [INSTANCE, ("DescribeDBInstances", {"DBInstanceIdentifier": "one"}), "length(DBInstances)"]),
    ("floci 3665: instances lose the limit of their storage", "rds",
     "CreateDBInstance DescribeDBInstances", "an instance tells MaxAllocatedStorage",
     lambda: unheeded("CreateDBInstance", "MaxAllocatedStorage"),
     [INSTANCE, ("DescribeDBInstances", {}), "DBInstances[].MaxAllocatedStorage"]),
    ("floci 1740: an instance that is not there is an empty list", "rds", "DescribeDBInstances",
     "it is a DBInstanceNotFound",
     lambda: no_error("rds", "DescribeDBInstances", "DBInstanceNotFound",
                      lambda _: "<DBInstances/>"),
     [("DescribeDBInstances", {"DBInstanceIdentifier": "none"}), "@"]),
    ("instances stay as they were", "rds", "ModifyDBInstance", "what is modified is shown",
     lambda: unheeded("ModifyDBInstance", "BackupRetentionPeriod", "CopyTagsToSnapshot"),
     [INSTANCE, ("ModifyDBInstance", {"DBInstanceIdentifier": "one", "BackupRetentionPeriod": 9,
                                      "ApplyImmediately": True}),
      ("DescribeDBInstances", {}), "DBInstances[].BackupRetentionPeriod"]),
    ("tags of databases stay", "rds", "RemoveTagsFromResource",
     "tags with these keys are removed",
     lambda: replaced("RemoveTagsFromResource", "TagKeys.", "zz"),
     [INSTANCE, ("RemoveTagsFromResource", {"ResourceName": INSTANCE_ARN, "TagKeys": ["k"]}),
      ("ListTagsForResource", {"ResourceName": INSTANCE_ARN}), "TagList"]),
]  # fmt: skip


# -- REST ------------------------------------------------------------------------------------------


def _is(method, path, sent, target):
    return sent == method and re.fullmatch(path, unquote(urlsplit(target).path))


def unread(method, path, *names):
    """These members of a body in JSON are not looked at."""

    def request(sent, target, headers, body, _upstream):
        if not _is(method, path, sent, target):
            return None
        read = json.loads(body or b"{}")
        if not isinstance(read, dict):
            return None
        kept = {name: one for name, one in read.items() if name not in names}
        return sent, target, headers, json.dumps(kept).encode()

    return SimpleNamespace(request=request)


def idle(method, path, status=200, body=b"{}"):
    """A request about what a GET of the path shows is answered, and nothing is done."""

    def request(sent, target, headers, _body, upstream):
        if not _is(method, path, sent, target):
            return None
        if upstream("GET", urlsplit(target).path, headers, b"")[0] != 200:
            return None
        return status, [("Content-Type", "application/json")], body

    return SimpleNamespace(request=request)


def other_query(method, path, name):
    """A parameter of the query has another value."""

    def request(sent, target, headers, body, _upstream):
        if not _is(method, path, sent, target):
            return None
        asked = parse_qsl(urlsplit(target).query, keep_blank_values=True)
        going = urlencode([(n, "zz" if n == name else one) for n, one in asked])
        return sent, f"{urlsplit(target).path}?{going}", headers, body

    return SimpleNamespace(request=request)


def other_body(method, path, **members):
    """Members of a body in JSON have another value, where they are there."""

    def request(sent, target, headers, body, _upstream):
        read = json.loads(body or b"{}") if _is(method, path, sent, target) else None
        if not isinstance(read, dict):
            return None
        put = {n: one for n, one in members.items() if type(read.get(n)) is type(one)}
        return sent, target, headers, json.dumps({**read, **put}).encode()

    return SimpleNamespace(request=request)


def always_active(path, place):
    """What is listed at the place of an answer has the status ACTIVE."""

    def change(_found, status, body):
        for one in body.get(place, ()):
            one["status"] = "ACTIVE"
        return body if status == 200 else None

    return rest("POST", path, change)


def rewritten(method, path, pattern, becomes):
    """The text of a request has this in place of that."""

    def request(sent, target, headers, body, _upstream):
        if not _is(method, path, sent, target):
            return None
        text = re.sub(pattern, becomes, (body or b"").decode("utf-8", "replace"), flags=re.DOTALL)
        return sent, target, headers, text.encode()

    return SimpleNamespace(request=request)


def no_location():
    def answer(sent, target, _headers, _body, status, answered, data, _upstream):
        if not _is("POST", r"/2013-04-01/hostedzone/?", sent, target):
            return None
        return status, [one for one in answered if one[0].lower() != "location"], data

    return SimpleNamespace(answer=answer)


ZONE_IS_GONE = (
    b'<?xml version="1.0"?><DeleteHostedZoneResponse '
    b'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo><Status>INSYNC</Status>'
    b"<SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt><Id>/change/C2682N5HXP0BZ4</Id></ChangeInfo>"
    b"</DeleteHostedZoneResponse>"
)


def any_zone_is_deleted():
    def answer(sent, target, _headers, _body, status, _answered, _data, _upstream):
        if status != 404 or not _is("DELETE", r"/2013-04-01/hostedzone/[^/]+", sent, target):
            return None
        return 200, [("Content-Type", "text/xml")], ZONE_IS_GONE

    return SimpleNamespace(answer=answer)


ZONE = ("CreateHostedZone", {"Name": "one.example.com", "CallerReference": "1",
                             "HostedZoneConfig": {"Comment": "first"}})  # fmt: skip
ZONE_ID = "$CreateHostedZone.HostedZone.Id"
CHECK = ("CreateHealthCheck", {"CallerReference": "1", "HealthCheckConfig": {
    "Type": "HTTP", "FullyQualifiedDomainName": "one.example.com", "Port": 80}})  # fmt: skip
CHECK_ID = "$CreateHealthCheck.HealthCheck.Id"
ROUTE53 = [
    ("moto 344: zones are made without their comment", "route53", "CreateHostedZone GetHostedZone",
     "a zone tells its comment",
     lambda: rewritten("POST", r"/2013-04-01/hostedzone/?", r"<Comment>.*?</Comment>", ""),
     [ZONE, ("GetHostedZone", {"Id": ZONE_ID}), "HostedZone.Config.Comment"]),
    ("LocalStack 8652: who makes a zone is not told its location", "route53", "CreateHostedZone",
     "the header Location is required in the answer", no_location,
     [ZONE, "type(Location)"]),
    ("fakecloud 792: checks stay as they were", "route53", "UpdateHealthCheck",
     "what is updated is shown",
     lambda: rewritten("POST", r"/2013-04-01/healthcheck/[^/]+",
                       r"<(Port|FailureThreshold|ResourcePath)>[^<]*</\1>", ""),
     [CHECK, ("UpdateHealthCheck", {"HealthCheckId": CHECK_ID, "ResourcePath": "/new"}),
      ("GetHealthCheck", {"HealthCheckId": CHECK_ID}),
      "HealthCheck.HealthCheckConfig.ResourcePath"]),
    ("a zone that is not there is deleted", "route53", "DeleteHostedZone",
     "it is a NoSuchHostedZone", any_zone_is_deleted,
     [("DeleteHostedZone", {"Id": "Z0000000000000"}), "ChangeInfo.Status"]),
    ("zones keep their comment", "route53", "UpdateHostedZoneComment",
     "the comment is that of the zone from then on",
     lambda: rewritten("POST", r"/2013-04-01/hostedzone/[^/]+", r"<Comment>.*?</Comment>",
                       "<Comment>former</Comment>"),
     [ZONE, ("UpdateHostedZoneComment", {"Id": ZONE_ID, "Comment": "new"}),
      ("GetHostedZone", {"Id": ZONE_ID}), "HostedZone.Config.Comment"]),
]  # fmt: skip


API = ("CreateGraphqlApi", {"name": "one", "authenticationType": "API_KEY", "xrayEnabled": True,
                            "tags": {"k": "v"}})  # fmt: skip
API_ID = "$CreateGraphqlApi.graphqlApi.apiId"
APPSYNC = [
    ("cloudemu 1230: interfaces are never traced", "appsync", "CreateGraphqlApi GetGraphqlApi",
     "xrayEnabled is that of the creation", lambda: unread("POST", "/v1/apis", "xrayEnabled"),
     [API, ("GetGraphqlApi", {"apiId": API_ID}), "graphqlApi.xrayEnabled"]),
    ("keys of interfaces stay as they were", "appsync", "UpdateApiKey", "what is updated is shown",
     lambda: unread("POST", "/v1/apis/[^/]+/apikeys/[^/]+", "description", "expires"),
     [API, ("CreateApiKey", {"apiId": API_ID, "description": "first"}),
      ("UpdateApiKey", {"apiId": API_ID, "id": "$CreateApiKey.apiKey.id", "description": "new"}),
      ("ListApiKeys", {"apiId": API_ID}), "apiKeys[].description"]),
    ("tags of interfaces stay", "appsync", "UntagResource", "tags with these keys are removed",
     lambda: other_query("DELETE", "/v1/tags/.+", "tagKeys"),
     [API, ("UntagResource", {"resourceArn": "$CreateGraphqlApi.graphqlApi.arn", "tagKeys": ["k"]}),
      ("ListTagsForResource", {"resourceArn": "$CreateGraphqlApi.graphqlApi.arn"}), "tags"]),
    ("a deleted interface is there", "appsync", "DeleteGraphqlApi",
     "an interface that is not there is a NotFoundException",
     lambda: idle("DELETE", "/v1/apis/[^/]+"),
     [API, ("DeleteGraphqlApi", {"apiId": API_ID}), ("GetGraphqlApi", {"apiId": API_ID}),
      "graphqlApi.name"]),
]  # fmt: skip


VAULT = ("CreateBackupVault", {"BackupVaultName": "one", "BackupVaultTags": {"k": "v"}})
VAULT_ARN = "$CreateBackupVault.BackupVaultArn"
REPORT = ("CreateReportPlan", {
    "ReportPlanName": "one_plan", "ReportPlanDescription": "first",
    "ReportDeliveryChannel": {"S3BucketName": "one"},
    "ReportSetting": {"ReportTemplate": "BACKUP_JOB_REPORT"}})  # fmt: skip
BACKUP = [
    ("tags of vaults stay", "backup", "UntagResource", "tags with these keys are removed",
     lambda: other_body("POST", "/untag/.+", TagKeyList=["zz"]),
     [VAULT, ("UntagResource", {"ResourceArn": VAULT_ARN, "TagKeyList": ["k"]}),
      ("ListTags", {"ResourceArn": VAULT_ARN}), "Tags"]),
    ("vaults are made without their tags", "backup", "CreateBackupVault ListTags",
     "tags come with a vault", lambda: unread("PUT", "/backup-vaults/[^/]+", "BackupVaultTags"),
     [VAULT, ("ListTags", {"ResourceArn": VAULT_ARN}), "Tags"]),
    ("a deleted vault is there", "backup", "DeleteBackupVault",
     "a vault that is not there is a ResourceNotFoundException",
     lambda: idle("DELETE", "/backup-vaults/[^/]+", 200, b""),
     [VAULT, ("DeleteBackupVault", {"BackupVaultName": "one"}),
      ("DescribeBackupVault", {"BackupVaultName": "one"}), "BackupVaultName"]),
    ("plans of reports have no description", "backup", "CreateReportPlan DescribeReportPlan",
     "a plan tells its description",
     lambda: unread("POST", "/audit/report-plans/?", "ReportPlanDescription"),
     [REPORT, ("DescribeReportPlan", {"ReportPlanName": "one_plan"}),
      "ReportPlan.ReportPlanDescription"]),
]  # fmt: skip


DEFINITION = ("RegisterJobDefinition", {
    "jobDefinitionName": "one", "type": "container", "tags": {"k": "v"},
    "containerProperties": {"image": "i", "vcpus": 1, "memory": 128}})  # fmt: skip
JOBS_ARN = "$RegisterJobDefinition.jobDefinitionArn"
BATCH = [
    ("moto 4284: definitions of jobs are made without their tags", "batch",
     "RegisterJobDefinition DescribeJobDefinitions ListTagsForResource",
     "tags come with a definition", lambda: unread("POST", "/v1/registerjobdefinition", "tags"),
     [DEFINITION, ("ListTagsForResource", {"resourceArn": JOBS_ARN}), "tags"]),
    ("a deregistered definition of jobs is active", "batch", "DeregisterJobDefinition",
     "the definition is INACTIVE then",
     lambda: always_active("/v1/describejobdefinitions", "jobDefinitions"),
     [DEFINITION, ("DeregisterJobDefinition", {"jobDefinition": JOBS_ARN}),
      ("DescribeJobDefinitions", {}), "jobDefinitions[].status"]),
    ("policies of scheduling stay as they were", "batch", "UpdateSchedulingPolicy",
     "what is updated is shown",
     lambda: other_body("POST", "/v1/updateschedulingpolicy",
                        fairsharePolicy={"shareDecaySeconds": 1}),
     [("CreateSchedulingPolicy", {"name": "one", "fairsharePolicy": {"shareDecaySeconds": 1}}),
      ("UpdateSchedulingPolicy", {"arn": "$CreateSchedulingPolicy.arn",
                                  "fairsharePolicy": {"shareDecaySeconds": 2}}),
      ("DescribeSchedulingPolicies", {"arns": ["$CreateSchedulingPolicy.arn"]}),
      "schedulingPolicies[].fairsharePolicy.shareDecaySeconds"]),
    ("definitions of jobs are described whatever their name", "batch", "DescribeJobDefinitions",
     "the definitions of the name are described",
     lambda: unread("POST", "/v1/describejobdefinitions", "jobDefinitionName"),
     [DEFINITION, ("DescribeJobDefinitions", {"jobDefinitionName": "none"}),
      "jobDefinitions[].jobDefinitionName"]),
]  # fmt: skip


BROKER = ("CreateBroker", {
    "BrokerName": "one", "EngineType": "ACTIVEMQ", "EngineVersion": "5.17.6",
    "DeploymentMode": "SINGLE_INSTANCE", "HostInstanceType": "mq.t3.micro",
    "AutoMinorVersionUpgrade": False, "PubliclyAccessible": False,
    "Users": [{"Username": "admin", "Password": "hunter2hunter2"}]})  # fmt: skip
BROKER_ID = "$CreateBroker.BrokerId"
SETTINGS = ("CreateConfiguration", {"Name": "one", "EngineType": "ACTIVEMQ",
                                    "EngineVersion": "5.17.6"})  # fmt: skip
MQ = [
    ("fakecloud 2163: configurations are given no tags", "mq", "CreateTags",
     "tags are added, and listed", lambda: other_body("POST", "/v1/tags/.+", tags={}),
     [SETTINGS, ("CreateTags", {"ResourceArn": "$CreateConfiguration.Arn", "Tags": {"k": "v"}}),
      ("ListTags", {"ResourceArn": "$CreateConfiguration.Arn"}), "Tags"]),
    ("users of brokers stay as they were", "mq", "UpdateUser", "what is updated is shown",
     lambda: unread("PUT", "/v1/brokers/[^/]+/users/[^/]+", "consoleAccess", "groups"),
     [BROKER, ("CreateUser", {"BrokerId": BROKER_ID, "Username": "u", "Password": "hunter2hunter2",
                              "Groups": ["a"]}),
      ("UpdateUser", {"BrokerId": BROKER_ID, "Username": "u", "Groups": ["b"]}),
      ("DescribeUser", {"BrokerId": BROKER_ID, "Username": "u"}), "Groups"]),
    ("a deleted user of a broker is there", "mq", "DeleteUser",
     "a user that is not there is a NotFoundException",
     lambda: idle("DELETE", "/v1/brokers/[^/]+/users/[^/]+"),
     [BROKER, ("CreateUser", {"BrokerId": BROKER_ID, "Username": "u",
                              "Password": "hunter2hunter2"}),
      ("DeleteUser", {"BrokerId": BROKER_ID, "Username": "u"}),
      ("DescribeUser", {"BrokerId": BROKER_ID, "Username": "u"}), "Username"]),
    ("brokers stay as they were", "mq", "UpdateBroker", "what is updated is shown",
     lambda: unread("PUT", "/v1/brokers/[^/]+", "autoMinorVersionUpgrade", "engineVersion"),
     [BROKER, ("UpdateBroker", {"BrokerId": BROKER_ID, "AutoMinorVersionUpgrade": True}),
      ("DescribeBroker", {"BrokerId": BROKER_ID}), "AutoMinorVersionUpgrade"]),
]  # fmt: skip


TABLE = table(IAM + EC2 + STACKS + BALANCERS + RDS + ROUTE53 + APPSYNC + BACKUP + BATCH + MQ)
