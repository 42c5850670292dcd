"""CodeBuild: projects and builds, report groups, and credentials of sources."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page, pairs
from tests.servers.keys.wire import Refused

ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_]{1,254}")
LINUX = {"BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"}


def invalid(text: str) -> Refused:
    return Refused("InvalidInputException", text)


def missing(text: str) -> Refused:
    return Refused("ResourceNotFoundException", text)


def checked_tags(tags: list[Members]) -> dict[str, str]:
    if any("key" not in tag or tag["key"].lower().startswith("aws:") for tag in tags):
        raise invalid("A tag has a key, which does not start with aws:")
    return {tag["key"]: tag.get("value", "") for tag in tags}


class Shelf:
    """What is kept, by kind and key."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stores = {kind: Store(world) for kind in ("project", "build", "group", "credentials")}

    def arn(self, resource: str) -> str:
        return self.world.arn("codebuild", resource)

    def sorted(self, items: list[Members], sent: Members, by: dict[str, str]) -> list[Members]:
        key = by.get(sent.get("sortBy", ""), next(iter(by.values())))
        down = sent.get("sortOrder", "ASCENDING") == "DESCENDING"
        return sorted(items, key=lambda one: one["shown"][key], reverse=down)

    def paged(self, name: str, items: list[Any], sent: Members) -> Members:
        refuse = invalid("Invalid token provided.")
        size = sent.get("maxResults", 100)
        some, token = page(self.world, items, size, sent.get("nextToken"), refuse)
        return {name: some, "nextToken": token}

    def shown(self, one: Members) -> Members:
        return {**one["shown"], "tags": pairs(self.world, one["tags"], "key", "value")}


class Projects:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.projects, self.builds = shelf.stores["project"], shelf.stores["build"]
        self.operations: dict[str, Operation] = operations_of("codebuild", self)

    def _source(self, source: Members) -> None:
        kind, where = source["type"], source.get("location", "")
        if kind in {"NO_SOURCE", "CODEPIPELINE"}:
            if where:
                raise invalid(f"Invalid project source: location must be empty for {kind}")
            if kind == "NO_SOURCE" and not source.get("buildspec"):
                raise invalid("Invalid project source: buildspec is needed without a source")
        elif not where:
            raise invalid(f"Invalid project source: location must be specified for {kind}")
        elif kind == "S3" and "/" not in where:
            raise invalid("Invalid project source: location must be a bucket and a key")
        elif kind != "S3" and not where.startswith("https://"):
            raise invalid("Invalid project source: location must be a valid URL")

    def _checked(self, project: Members) -> None:
        self._source(project["source"])
        artifacts, environment = project["artifacts"], project["environment"]
        pipeline = project["source"]["type"] == "CODEPIPELINE"
        if pipeline is not (artifacts["type"] == "CODEPIPELINE"):
            raise invalid("Invalid artifacts: CODEPIPELINE is of the source and the artifacts")
        if artifacts["type"] == "S3" and not artifacts.get("location"):
            raise invalid("Invalid artifacts: location must be specified for S3")
        if artifacts["type"] == "NO_ARTIFACTS" and artifacts.get("location"):
            raise invalid("Invalid artifacts: location must be empty for NO_ARTIFACTS")
        if not ROLE.fullmatch(project["serviceRole"]):
            raise invalid("Invalid service role: Service role account ID does not match")
        windows = environment["type"].startswith("WINDOWS")
        if windows and environment["computeType"] not in LINUX and not self.world.on("unchecked"):
            raise invalid("Invalid environment: the compute type is not one of the environment")
        if project.get("vpcConfig") and not project["vpcConfig"].get("vpcId"):
            raise invalid("Invalid vpc config: vpcId must be specified")
        if project.get("concurrentBuildLimit", 1) < 1:
            raise invalid("Invalid concurrent build limit")

    def create_project(self, sent: Members) -> Members:
        name = sent["name"]
        if not NAME.fullmatch(name):
            raise invalid("Invalid project name")
        if self.projects.get(name) is not None:
            arn = self.shelf.arn(f"project/{name}")
            raise Refused("ResourceAlreadyExistsException", f"Project already exists: {arn}")
        self._checked(sent)
        now, badge = self.world.now(), sent.get("badgeEnabled", False)
        key = self.world.arn("kms", "alias/aws/s3")
        given = {key: one for key, one in sent.items() if key not in {"tags", "badgeEnabled"}}
        shown = {
            "timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480, "encryptionKey": key,
            "cache": {"type": "NO_CACHE"}, **given, "arn": self.shelf.arn(f"project/{name}"),
            "created": now, "lastModified": now, "badge": {"badgeEnabled": badge},
            "projectVisibility": "PRIVATE",
        }  # fmt: skip
        made = {"shown": shown, "tags": checked_tags(sent.get("tags", []))}
        self.projects.put(name, made)
        return {"project": self.shelf.shown(made)}

    def batch_get_projects(self, sent: Members) -> Members:
        found, lost = [], []
        for given in dict.fromkeys(sent["names"]):
            one = self.projects.described(given.removeprefix(self.shelf.arn("project/")))
            lost += [given] if one is None else []
            found += [] if one is None else [self.shelf.shown(one)]
        return {"projects": found, "projectsNotFound": lost}

    def list_projects(self, sent: Members) -> Members:
        by = {"NAME": "name", "CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
        found = self.shelf.sorted(self.projects.listed(), sent, by)
        return self.shelf.paged("projects", [one["shown"]["name"] for one in found], sent)

    def _project(self, name: str) -> Members:
        found: Members | None = self.projects.get(name)
        if found is None:
            raise missing(f"Project cannot be found: {self.shelf.arn(f'project/{name}')}")
        return found

    def update_project(self, sent: Members) -> Members:
        one = self._project(sent["name"])
        given = {key: of for key, of in sent.items() if key not in {"tags", "badgeEnabled"}}
        shown = {**one["shown"], **given, "lastModified": self.world.now()}
        if "badgeEnabled" in sent:
            shown["badge"] = {"badgeEnabled": sent["badgeEnabled"]}
        self._checked(shown)
        tags = checked_tags(sent["tags"]) if "tags" in sent else one["tags"]
        kept = {"shown": shown, "tags": tags}
        self.projects.put(sent["name"], kept)
        return {"project": self.shelf.shown(kept)}

    def delete_project(self, sent: Members) -> Members:
        self.projects.drop(sent["name"])
        return {}

    def start_build(self, sent: Members) -> Members:
        project = self._project(sent["projectName"])["shown"]
        if sent.get("fleetOverride") or sent.get("registryCredentialOverride"):
            raise invalid("There is no such fleet or credential.")
        if sent.get("sourceTypeOverride") and not sent.get("sourceLocationOverride"):
            raise invalid("A source type needs a location.")
        identity = f"{project['name']}:{uuid4()}"
        number = sum(one["shown"]["projectName"] == project["name"] for one in self.builds.all())
        shown = {
            "id": identity, "arn": self.shelf.arn(f"build/{identity}"), "buildNumber": number + 1,
            "startTime": self.world.now(), "currentPhase": "QUEUED", "buildStatus": "IN_PROGRESS",
            "projectName": project["name"], "source": project["source"],
            "environment": project["environment"], "serviceRole": project["serviceRole"],
            "timeoutInMinutes": sent.get("timeoutInMinutesOverride", project["timeoutInMinutes"]),
            "queuedTimeoutInMinutes": project["queuedTimeoutInMinutes"], "buildComplete": False,
            "initiator": "someone", "encryptionKey": project["encryptionKey"], "phases": [],
        }  # fmt: skip
        self.builds.put(identity, {"shown": shown})
        return {"build": shown}

    def batch_get_builds(self, sent: Members) -> Members:
        found = {one: self.builds.described(one) for one in sent["ids"]}
        there = [one["shown"] for one in found.values() if one is not None]
        return {"builds": there, "buildsNotFound": [key for key in found if found[key] is None]}

    def _ids(self, sent: Members, project: str | None) -> Members:
        down = sent.get("sortOrder", "DESCENDING") == "DESCENDING"
        shown = [one["shown"] for one in self.builds.listed()]
        found = sorted(shown, key=lambda one: float(one["startTime"]), reverse=down)
        ids = [one["id"] for one in found if project in {None, one["projectName"]}]
        return self.shelf.paged("ids", ids, sent)

    def list_builds(self, sent: Members) -> Members:
        return self._ids(sent, None)

    def list_builds_for_project(self, sent: Members) -> Members:
        self._project(sent["projectName"])
        return self._ids(sent, sent["projectName"])

    def stop_build(self, sent: Members) -> Members:
        one = self.builds.get(sent["id"])
        if one is None:
            raise missing(f"Build cannot be found: {sent['id']}")
        end = {"buildStatus": "STOPPED", "buildComplete": True, "endTime": self.world.now()}
        if not one["shown"]["buildComplete"]:
            one = {"shown": {**one["shown"], **end, "currentPhase": "COMPLETED"}}
            self.builds.put(sent["id"], one)
        return {"build": one["shown"]}

    def batch_delete_builds(self, sent: Members) -> Members:
        gone = [one for one in sent["ids"] if self.builds.get(one) is not None]
        for one in gone:
            self.builds.drop(one)
        lost = [{"id": one, "statusCode": "NOT_FOUND"} for one in sent["ids"] if one not in gone]
        arns = [self.shelf.arn(f"build/{one}") for one in gone]
        return {"buildsDeleted": arns, "buildsNotDeleted": lost}


class Reports:
    """Report groups and credentials: the operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.groups, self.credentials = shelf.stores["group"], shelf.stores["credentials"]
        self.operations: dict[str, Operation] = operations_of("codebuild", self)

    def _export(self, given: Members) -> Members:
        if (given.get("exportConfigType") == "S3") is not ("s3Destination" in given):
            raise invalid("Invalid export config: a destination is of S3")
        if not given.get("s3Destination", {"bucket": "some"}).get("bucket"):
            raise invalid("Invalid export config: bucket must be specified")
        return given

    def create_report_group(self, sent: Members) -> Members:
        name = sent["name"]
        if not NAME.fullmatch(name):
            raise invalid("Invalid report group name")
        arn, now = self.shelf.arn(f"report-group/{name}"), self.world.now()
        if self.groups.get(name) is not None:
            raise Refused("ResourceAlreadyExistsException", f"Report group already exists: {arn}")
        shown = {
            "arn": arn, "name": name, "type": sent["type"], "created": now, "lastModified": now,
            "exportConfig": self._export(sent["exportConfig"]), "status": "ACTIVE",
        }  # fmt: skip
        made = {"shown": shown, "tags": checked_tags(sent.get("tags", []))}
        self.groups.put(name, made)
        return {"reportGroup": self.shelf.shown(made)}

    def _key(self, arn: str) -> str:
        if not arn.startswith(self.shelf.arn("report-group/")):
            raise invalid(f"Invalid report group ARN: {arn}")
        return arn.rpartition("/")[2]

    def batch_get_report_groups(self, sent: Members) -> Members:
        found = {one: self.groups.described(self._key(one)) for one in sent["reportGroupArns"]}
        there = [self.shelf.shown(one) for one in found.values() if one is not None]
        lost = [key for key in found if found[key] is None]
        return {"reportGroups": there, "reportGroupsNotFound": lost}

    def list_report_groups(self, sent: Members) -> Members:
        by = {"NAME": "name", "CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
        found = self.shelf.sorted(self.groups.listed(), sent, by)
        return self.shelf.paged("reportGroups", [one["shown"]["arn"] for one in found], sent)

    def update_report_group(self, sent: Members) -> Members:
        key = self._key(sent["arn"])
        one = self.groups.get(key)
        if one is None:
            raise missing(f"Report group cannot be found: {sent['arn']}")
        shown = {**one["shown"], "lastModified": self.world.now()}
        if "exportConfig" in sent:
            shown["exportConfig"] = self._export(sent["exportConfig"])
        tags = checked_tags(sent["tags"]) if "tags" in sent else one["tags"]
        self.groups.put(key, {"shown": shown, "tags": tags})
        return {"reportGroup": self.shelf.shown({"shown": shown, "tags": tags})}

    def delete_report_group(self, sent: Members) -> Members:
        self.groups.drop(self._key(sent["arn"]))
        return {}

    def import_source_credentials(self, sent: Members) -> Members:
        server, way = sent["serverType"], sent["authType"]
        if way in {"CODECONNECTIONS", "SECRETS_MANAGER", "OAUTH"}:
            raise invalid("The connection, the secret or the way is not known.")
        if (way == "BASIC_AUTH") is not (server == "BITBUCKET") or (
            way == "BASIC_AUTH" and not sent.get("username")
        ):
            raise invalid("BASIC_AUTH, with a user name, is of BITBUCKET.")
        arn = self.shelf.arn(f"token/{server.lower()}")
        if self.credentials.get(arn) is not None and not sent.get("shouldOverwrite", True):
            raise Refused("ResourceAlreadyExistsException", "Access token already exists.")
        shown = {"arn": arn, "serverType": server, "authType": way}
        self.credentials.put(arn, {"shown": shown})
        return {"arn": arn}

    def list_source_credentials(self, sent: Members) -> Members:
        return {"sourceCredentialsInfos": [one["shown"] for one in self.credentials.listed()]}

    def delete_source_credentials(self, sent: Members) -> Members:
        if self.credentials.get(sent["arn"]) is None:
            raise missing("There are no such credentials.")
        self.credentials.drop(sent["arn"])
        return {"arn": sent["arn"]}
