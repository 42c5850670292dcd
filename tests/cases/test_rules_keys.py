"""Rules of KMS, Secrets Manager, SSM and STS: for each kind one defect, alone in front of moto."""

from __future__ import annotations

import base64
import re

import pytest

from tests.cases import defects as of
from tests.cases.conftest import QUICK
from tests.cases.defects import Defect, assert_changes_nothing_else, assert_found, query
from tests.cases.recalled import if_asked, ignored, lost, shown, taken
from tests.sampling import sampled


def _accepted(change):
    """For ``shown``: the change of the body of a success; of a refusal there is none."""
    return lambda sent, status, body: change(sent, body) if status < 300 else None


def _set(**members):
    return _accepted(lambda _, body: {**body, **members})


def _in(name, **members):
    return _accepted(lambda _, body: {**body, name: {**body.get(name, {}), **members}})


def _later(*path, by=86400 * 365):
    def change(node):
        if path[-1] in node:
            node[path[-1]] += by

    return of.each(change, *path[:-1])


def _accepts(answer, code):
    """What is refused with a code is answered as a success."""
    return lambda _, status, body: (
        (200, answer) if status >= 400 and code in str(body.get("__type")) else None
    )


def _dropped_sent(name, value):
    """For ``taken``: a member is something else than was sent, if it was sent."""
    return lambda sent: {**sent, name: value} if name in sent else None


KMS = [
    ("a key for encryption shows algorithms for signatures", "DescribeKey/behavior/symmetric-key",
     lambda: shown("DescribeKey", _in("KeyMetadata", SigningAlgorithms=["ECDSA_SHA_256"]))),
    ("a key has no account", "DescribeKey/behavior/account",
     lambda: lost("DescribeKey", "KeyMetadata", "AWSAccountId")),
    ("keys for signatures show one algorithm whatever they are",
     "CreateKey/behavior/signing-specs",
     lambda: shown("CreateKey", lambda sent, code, body: (
         _in("KeyMetadata", SigningAlgorithms=["ECDSA_SHA_256"])(sent, code, body)
         if sent.get("KeyUsage") == "SIGN_VERIFY" else None))),
    ("the id of a key of several regions is like any other", "CreateKey/behavior/multi-region",
     lambda: ignored("CreateKey", "MultiRegion")),
    ("tags of a creation are lost", "CreateKey/behavior/tagged",
     lambda: ignored("CreateKey", "Tags")),
    ("a window of deletion is not looked at", "ScheduleKeyDeletion/behavior/dates",
     lambda: ignored("ScheduleKeyDeletion", "PendingWindowInDays")),
    ("the window of deletion is a week by default", "ScheduleKeyDeletion/behavior/default-window",
     lambda: taken("ScheduleKeyDeletion", lambda sent: {"PendingWindowInDays": 7, **sent})),
    ("a key comes at the end of the next year", "ScheduleKeyDeletion/behavior/dates",
     lambda: shown("ScheduleKeyDeletion", _later("DeletionDate"))),
    ("decryption answers with the id of the key", "Decrypt/behavior/answer",
     lambda: shown("Decrypt", _accepted(
         lambda _, body: {**body, "KeyId": body["KeyId"].rpartition("/")[2]}))),
    ("contexts are compared without their case", "Decrypt/behavior/context-as-a-whole",
     lambda: taken("Encrypt Decrypt", lambda sent: {
         **sent, "EncryptionContext": {name.lower(): str(one).lower() for name, one in
                                       dict(sent.get("EncryptionContext") or {}).items()}})),
    ("a context that was not there is passed over", "Decrypt/behavior/context-of-none",
     lambda: taken("Decrypt", lambda sent: (
         {n: one for n, one in sent.items() if n != "EncryptionContext"}
         if sent.get("EncryptionContext") == {"conformance": "1"} else None))),
    ("a context of the source is passed on", "ReEncrypt/behavior/contexts",
     lambda: taken("ReEncrypt", lambda sent: (
         {**sent, "DestinationEncryptionContext": sent["SourceEncryptionContext"]}
         if "SourceEncryptionContext" in sent else None))),
    ("a data key of a number of bytes has 32", "GenerateDataKey/behavior/sizes",
     lambda: taken("GenerateDataKey", _dropped_sent("NumberOfBytes", 32))),
    ("a short data key is a long one", "GenerateDataKey/behavior/short",
     lambda: taken("GenerateDataKey", lambda sent: (
         {**sent, "KeySpec": "AES_256"} if sent.get("KeySpec") == "AES_128" else None))),
    ("a data key without its clear text has it",
     "GenerateDataKeyWithoutPlaintext/behavior/encrypted-alone",
     lambda: shown("GenerateDataKeyWithoutPlaintext", _set(Plaintext="AAAA"))),
    ("random bytes are always the same", "GenerateRandom/behavior/as-many",
     lambda: shown("GenerateRandom", lambda sent, code, body: (
         {"Plaintext": base64.b64encode(b"a" * int(sent["NumberOfBytes"])).decode()}
         if code == 200 else None))),
    ("a signature is invalid and that is no error", "Sign/behavior/verified",
     lambda: shown("Verify", _set(SignatureValid=False))),
    ("any MAC is valid", "VerifyMac/behavior/invalid",
     lambda: shown("VerifyMac", _accepts(
         {"MacValid": True, "MacAlgorithm": "HMAC_SHA_256", "KeyId": "a"}, "KMSInvalidMac"))),
    ("a rotation stays enabled", "EnableKeyRotation/behavior/status",
     lambda: taken("DisableKeyRotation", lambda _: (200, {}))),
    ("a revoked grant is listed", "CreateGrant/behavior/listed",
     lambda: taken("RevokeGrant", lambda _: (200, {}))),
    ("grants of any retiring principal are listed", "ListRetirableGrants/behavior/of-the-principal",
     lambda: shown("ListRetirableGrants", _set(Grants=[]))),
    ("a policy is not kept", "PutKeyPolicy/behavior/shown",
     lambda: taken("PutKeyPolicy", lambda _: (200, {}))),
    ("an alias is of any key", "CreateAlias/behavior/no-such-key",
     lambda: shown("CreateAlias UpdateAlias", _accepts({}, "NotFoundException"))),
    ("aliases have no ARN", "ListAliases/behavior/entries",
     lambda: lost("ListAliases", "Aliases", "AliasArn")),
    ("disabled keys are not listed", "ListKeys/behavior/lists-what-was-made",
     lambda: shown("ListKeys", _set(Keys=[{"KeyId": "a", "KeyArn": "a"}]))),
    ("tagging replaces all tags", "TagResource/behavior/replaces",
     lambda: shown("ListResourceTags", _accepted(
         lambda _, body: {**body, "Tags": body["Tags"][-1:]}))),
    ("a description cannot be emptied", "UpdateKeyDescription/behavior/emptied",
     lambda: taken("UpdateKeyDescription", lambda sent: (
         (200, {}) if sent.get("Description") == "" else None))),
]  # fmt: skip
SECRETS = [
    ("the ARN of a secret ends with its name", "CreateSecret/behavior/answer",
     lambda: shown("CreateSecret DescribeSecret GetSecretValue", _accepted(
         lambda _, body: {**body, "ARN": body["ARN"].rpartition("-")[0]}))),
    ("a token is not the id of the version", "CreateSecret/behavior/version",
     lambda: shown("CreateSecret", _set(VersionId="a" * 32))),
    ("dates of secrets are milliseconds", "CreateSecret/behavior/dates",
     lambda: shown("DescribeSecret", _accepted(
         lambda _, body: {**body, "CreatedDate": body["CreatedDate"] * 1000}))),
    ("the key of the service is shown", "CreateSecret/behavior/no-key-of-the-service",
     lambda: shown("DescribeSecret", _set(KmsKeyId="alias/aws/secretsmanager"))),
    ("another value with the same token is accepted", "PutSecretValue/behavior/not-the-first-token",
     lambda: shown("PutSecretValue", _accepts({"VersionId": "a" * 32}, "ResourceExists"))),
    ("a value is shown as a text and as bytes", "GetSecretValue/behavior/text-alone",
     lambda: shown("GetSecretValue", lambda sent, code, body: (
         {**body, "SecretBinary": "AAAA"} if code == 200 and "SecretString" in body else None))),
    ("the id of a version is not looked at", "GetSecretValue/behavior/by-version",
     lambda: ignored("GetSecretValue", "VersionId")),
    ("a version has any stage", "GetSecretValue/behavior/version-and-stage",
     lambda: taken("GetSecretValue", lambda sent: (
         {n: one for n, one in sent.items() if n != "VersionStage"}
         if "VersionId" in sent else None))),
    ("stages of one's own stay with their first version", "PutSecretValue/behavior/own-stages",
     lambda: taken("PutSecretValue", lambda sent: (
         {**sent, "VersionStages": ["OTHER"]} if sent.get("VersionStages") == ["ONE"] else None))),
    ("an update answers with no version", "UpdateSecret/behavior/version",
     lambda: lost("UpdateSecret", "VersionId")),
    ("every update makes a version", "UpdateSecret/behavior/no-new-version",
     lambda: taken("UpdateSecret", lambda sent: {"SecretString": "again", **sent})),
    ("IncludeDeprecated has no effect", "ListSecretVersionIds/behavior/with-deprecated",
     lambda: shown("ListSecretVersionIds", _accepted(
         lambda _, body: {**body, "Versions": [
             one for one in body["Versions"] if one.get("VersionStages")]}))),
    ("a stage moves from wherever it is", "UpdateSecretVersionStage/behavior/from-where",
     lambda: shown("UpdateSecretVersionStage", _accepts(
         {"ARN": "a", "Name": "a"}, "InvalidParameter"))),
    ("AWSPREVIOUS does not follow", "UpdateSecretVersionStage/behavior/moves-the-current",
     lambda: shown("DescribeSecret", _accepted(lambda _, body: {
         **body, "VersionIdsToStages": {
             name: [one for one in stages if one != "AWSPREVIOUS"] or ["AWSPENDING"]
             for name, stages in (body.get("VersionIdsToStages") or {}).items()}}))),
    ("a stage is not taken away", "UpdateSecretVersionStage/behavior/own-stage-goes",
     lambda: taken("UpdateSecretVersionStage", lambda sent: (
         None if "MoveToVersionId" in sent else (200, {"ARN": "a", "Name": "a"})))),
    ("a deleted secret is updated", "UpdateSecret/behavior/of-a-deleted-one",
     lambda: shown("UpdateSecret", _accepts({"ARN": "a", "Name": "a"}, "InvalidRequest"))),
    ("a deleted secret is not described", "DescribeSecret/behavior/of-a-deleted-one",
     lambda: lost("DescribeSecret", "DeletedDate")),
    ("the window of recovery is 30 days whatever is asked", "DeleteSecret/behavior/dates",
     lambda: taken("DeleteSecret", _dropped_sent("RecoveryWindowInDays", 30))),
    ("what is not there cannot be deleted by force", "DeleteSecret/behavior/forced-of-nothing",
     lambda: taken("DeleteSecret", if_asked(
         lambda sent: sent.get("ForceDeleteWithoutRecovery") is True,
         (400, {"__type": "ResourceNotFoundException", "message": "no"})))),
    ("every secret was accessed", "DescribeSecret/behavior/never-accessed",
     lambda: shown("DescribeSecret", _set(LastAccessedDate=1795600000))),
    ("a restored secret has lost its tags", "RestoreSecret/behavior/as-before",
     lambda: lost("DescribeSecret", "Tags")),
    ("secrets are listed without their versions", "ListSecrets/behavior/entries",
     lambda: lost("ListSecrets", "SecretList", "SecretVersionsToStages")),
    ("a filter by tag keeps all", "ListSecrets/behavior/filter-by-tag",
     lambda: taken("ListSecrets", lambda sent: (
         {n: one for n, one in sent.items() if n != "Filters"}
         if "tag-" in str(sent.get("Filters")) else None))),
    ("of several filters the first counts", "ListSecrets/behavior/several-filters",
     lambda: taken("ListSecrets", lambda sent: (
         {**sent, "Filters": sent["Filters"][:1]}
         if isinstance(sent.get("Filters"), list) else None))),
    ("pages of secrets have any size", "ListSecrets/behavior/pages",
     lambda: ignored("ListSecrets", "MaxResults")),
    ("a batch is silent of what it does not find", "BatchGetSecretValue/behavior/values-and-errors",
     lambda: shown("BatchGetSecretValue", _set(Errors=[]))),
    ("a tag takes the place of all", "TagResource/behavior/others-stay",
     lambda: shown("DescribeSecret", _accepted(
         lambda _, body: {**body, "Tags": (body.get("Tags") or [])[-1:]}))),
    ("a deleted policy is shown", "PutResourcePolicy/behavior/shown",
     lambda: taken("DeleteResourcePolicy", lambda _: (200, {"ARN": "a", "Name": "a"}))),
    ("passwords have no signs", "GetRandomPassword/behavior/default",
     lambda: taken("GetRandomPassword", lambda sent: {"ExcludePunctuation": True, **sent})),
    ("digits are excluded never", "GetRandomPassword/behavior/kinds",
     lambda: ignored("GetRandomPassword", "ExcludeNumbers")),
    ("passwords have spaces", "GetRandomPassword/behavior/space",
     lambda: shown("GetRandomPassword", _accepted(
         lambda _, body: {"RandomPassword": body["RandomPassword"][:-1] + " "}))),
]  # fmt: skip
SSM = [
    ("parameters have no type of their data", "GetParameter/behavior/arn-and-date",
     lambda: lost("GetParameter", "Parameter", "DataType")),
    ("an ARN has two slashes", "GetParameter/behavior/in-a-hierarchy",
     lambda: shown("GetParameter", _accepted(lambda _, body: {"Parameter": {
         **body["Parameter"],
         "ARN": body["Parameter"]["ARN"].replace("parameter/", "parameter//")}}))),
    ("parameters are always overwritten", "PutParameter/behavior/not-twice",
     lambda: taken("PutParameter", lambda sent: {**sent, "Overwrite": True})),
    ("overwriting takes the tags away", "PutParameter/behavior/tagged",
     lambda: shown("ListTagsForResource", _set(TagList=[]))),
    ("no tier is Advanced", "PutParameter/behavior/advanced",
     lambda: taken("PutParameter", _dropped_sent("Tier", "Standard"))),
    ("versions are not had with several others", "GetParameters/behavior/versions",
     lambda: taken("GetParameters", lambda sent: {
         **sent, "Names": [str(one).partition(":")[0] for one in sent.get("Names") or ()]})),
    ("paths are always decrypted", "GetParameters/behavior/decryption",
     lambda: taken("GetParametersByPath", lambda sent: {**sent, "WithDecryption": True})),
    ("histories have no labels", "GetParameterHistory/behavior/entries",
     lambda: lost("GetParameterHistory", "Parameters", "Labels")),
    ("pages of a history have any size", "GetParameterHistory/behavior/pages",
     lambda: ignored("GetParameterHistory", "MaxResults")),
    ("a label stays where it was", "LabelParameterVersion/behavior/moves",
     lambda: taken("LabelParameterVersion", if_asked(
         lambda sent: sent.get("ParameterVersion") == 1,
         (200, {"InvalidLabels": [], "ParameterVersion": 1})))),
    ("a version has any number of labels", "LabelParameterVersion/behavior/ten",
     lambda: shown("LabelParameterVersion", _accepts(
         {"InvalidLabels": [], "ParameterVersion": 1}, "LabelLimit"))),
    ("labels are not taken away", "UnlabelParameterVersion/behavior/removed",
     lambda: taken("UnlabelParameterVersion", lambda sent: (
         200, {"RemovedLabels": ["one"], "InvalidLabels": ["three"]}))),
    ("a filter of a path has no effect", "GetParametersByPath/behavior/filters",
     lambda: ignored("GetParametersByPath", "ParameterFilters")),
    ("a part of a name is its beginning", "DescribeParameters/behavior/by-path",
     lambda: taken("DescribeParameters", lambda sent: {
         **sent, "ParameterFilters": [
             {**one, "Option": "Recursive"} if one.get("Option") == "OneLevel" else one
             for one in sent.get("ParameterFilters") or () if isinstance(one, dict)]})),
    ("lists have no tier", "DescribeParameters/behavior/tier",
     lambda: lost("DescribeParameters", "Parameters", "Tier")),
    ("a deleted parameter has a history", "DeleteParameter/behavior/history-too",
     lambda: shown("GetParameterHistory", _accepts({"Parameters": []}, "ParameterNotFound"))),
    ("tags are of no parameter", "AddTagsToResource/behavior/unknown",
     lambda: shown("AddTagsToResource", _accepts({}, "InvalidResourceId"))),
]  # fmt: skip
STS = [
    ("a session lasts an hour", "GetSessionToken/behavior/duration",
     lambda: query("GetSessionToken", lambda _, code, text: re.sub(
         r"(<Expiration>)[^<]*", r"\g<1>2026-01-01T00:00:00Z", text) if code == 200 else None)),
    ("the role is not in the ARN of its session", "AssumeRole/behavior/session",
     lambda: query("AssumeRole", lambda _, code, text: (
         text.replace("assumed-role", "role") if code == 200 else None))),
    ("a federated user has no name", "GetFederationToken/behavior/named",
     lambda: query("GetFederationToken", lambda _, code, text: (
         text.replace("federated-user/conformance", "federated-user/") if code == 200 else None))),
]  # fmt: skip
TABLE = {
    f"{service}: {report}": Defect(report, service, f"{service}/{finds}", make)
    for service, rows in (
        ("kms", KMS), ("secretsmanager", SECRETS), ("ssm", SSM), ("sts", STS),
    )
    for report, finds, make in rows
}  # fmt: skip
FAST = (
    "kms: a short data key is a long one",
    "kms: disabled keys are not listed",
    "secretsmanager: passwords have no signs",
    "secretsmanager: the ARN of a secret ends with its name",
    "ssm: histories have no labels",
    "sts: a session lasts an hour",
)


def test_no_defect_changes_what_it_is_not_about():
    assert_changes_nothing_else(TABLE)


@pytest.mark.parametrize("name", sampled(TABLE, *FAST))
def test_a_defect_fails_the_rule_that_it_breaks(moto_port, proxied, run, name):
    one = TABLE[name]
    of.assert_holds_without(one, run, moto_port)
    assert_found(one, run, proxied, moto_port)


def test_a_rule_that_an_operation_breaks_which_the_target_lacks_is_unsupported(
    moto_port, proxied, run
):
    lacking = taken("GetParameterHistory", lambda _: (400, {"__type": "UnknownOperationException"}))
    rule = "ssm/DeleteParameter/behavior/history-too"
    found = run(proxied(lacking, moto_port), "--service", "ssm", *QUICK, "--requirement", rule)

    assert found.verdict(rule) == "unsupported", found.out
    assert not found.failed()


def _one_a_page(sent, body):
    at, keys = int(sent.get("Marker") or 0), body["Keys"]
    more = at + 1 < len(keys)
    following = {"NextMarker": str(at + 1)} if more else {}
    return {"Keys": keys[at : at + 1], "Truncated": more, **following}


def test_lists_are_walked_by_markers(moto_port, proxied, run):
    short = shown("ListKeys", _accepted(_one_a_page))
    rules = [f"kms/ListKeys/behavior/{name}" for name in ("lists-what-was-made", "pages")]
    asked = [part for rule in rules for part in ("--requirement", rule)]
    found = run(proxied(short, moto_port), "--service", "kms", *QUICK, *asked)

    assert [found.verdict(rule) for rule in rules] == ["passed", "passed"], found.out
