"""Twenty-four defects of KMS, Secrets Manager and SSM, written down before any was tried."""

from __future__ import annotations

from tests.cases.defects import Defect
from tests.cases.recalled import ignored, lost, shown, taken


def _without_selector(sent):
    return {**sent, "Name": str(sent.get("Name")).partition(":")[0]}


def _with(**members):
    return lambda sent: {**sent, **members}


def _in_parameter(name, change):
    def changed(_sent, status, body):
        one = body.get("Parameter", {})
        if status != 200 or name not in one:
            return None
        return {**body, "Parameter": {**one, name: change(one[name])}}

    return shown("GetParameter", changed)


def _only_the_latest(_sent, status, body):
    return {**body, "Parameters": body.get("Parameters", [])[-1:]} if status == 200 else None


def _the_value_of_what_is_deleted(sent, status, body):
    if status != 400 or "InvalidRequest" not in str(body):
        return None
    return 200, {"Name": "a", "ARN": "a", "SecretString": "a", "VersionId": "a" * 32}


KMS = [
    ("LocalStack 6193: ListAliases takes no notice of KeyId",
     "CreateAlias/behavior/stands-for-the-key", lambda: ignored("ListAliases", "KeyId")),
    ("a key is deleted after thirty days whatever is asked for",
     "ScheduleKeyDeletion/behavior/window",
     lambda: ignored("ScheduleKeyDeletion", "PendingWindowInDays")),
    ("the plain data key is not the encrypted one", "GenerateDataKey/behavior/size",
     lambda: shown("GenerateDataKey", lambda _, code, body: (
         {**body, "Plaintext": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
         if code == 200 and len(body["Plaintext"]) == 44 else None))),
    ("Encrypt answers the id of the key and not its ARN", "CreateKey/behavior/arn-and-date",
     lambda: shown("Encrypt", lambda _, code, body: (
         {**body, "KeyId": body["KeyId"].rpartition("/")[2]} if code == 200 else None))),
    ("an alias keeps its key", "CreateKey/behavior/aliases",
     lambda: taken("UpdateAlias", lambda _: (200, {}))),
    ("keys have no date", "CreateKey/behavior/arn-and-date",
     lambda: lost("DescribeKey", "KeyMetadata", "CreationDate")),
    ("keys have no ARN", "CreateKey/behavior/arn-and-date",
     lambda: lost("DescribeKey", "KeyMetadata", "Arn")),
    ("half of the random bytes are there", "GenerateRandom/behavior/size",
     lambda: taken("GenerateRandom", lambda sent: (
         {**sent, "NumberOfBytes": sent["NumberOfBytes"] // 2}
         if isinstance(sent.get("NumberOfBytes"), int) and sent["NumberOfBytes"] > 1 else None))),
]  # fmt: skip
SECRETS = [
    ("ministack 455: IncludePlannedDeletion has no effect", "ListSecrets/behavior/planned-deletion",
     lambda: ignored("ListSecrets", "IncludePlannedDeletion")),
    ("LocalStack 11635: deleted secrets are listed", "ListSecrets/behavior/planned-deletion",
     lambda: taken("ListSecrets", _with(IncludePlannedDeletion=True))),
    ("a secret is not restored", "DeleteSecret/behavior/restored",
     lambda: taken("RestoreSecret", lambda _: (200, {"Name": "a", "ARN": "a"}))),
    ("cloudemu 506: the value of a deleted secret is shown", "DeleteSecret/behavior/restored",
     lambda: shown("GetSecretValue", _the_value_of_what_is_deleted)),
    ("passwords have one length", "GetRandomPassword/behavior/excluded",
     lambda: ignored("GetRandomPassword", "PasswordLength")),
    ("secrets are not filtered", "ListSecrets/behavior/filters",
     lambda: ignored("ListSecrets", "Filters")),
    ("values have no stages", "CreateSecret/behavior/shown-after-creation",
     lambda: lost("GetSecretValue", "VersionStages")),
    ("a new version is the present one whatever its stages", "PutSecretValue/behavior/pending",
     lambda: ignored("PutSecretValue", "VersionStages")),
]  # fmt: skip
SSM = [
    ("paths are always walked to their end", "GetParametersByPath/behavior/recursive",
     lambda: taken("GetParametersByPath", _with(Recursive=True))),
    ("moto 2534: the history has the latest version alone", "PutParameter/behavior/overwrites",
     lambda: shown("GetParameterHistory", _only_the_latest)),
    ("moto 1186: secure texts are always decrypted", "GetParameter/behavior/decryption",
     lambda: taken("GetParameter", _with(WithDecryption=True))),
    ("cloudemu 1092: a selector has no colon", "GetParameter/behavior/selector",
     lambda: _in_parameter("Selector", lambda text: text.lstrip(":"))),
    ("a parameter stays version one", "PutParameter/behavior/overwrites",
     lambda: _in_parameter("Version", lambda _: 1)),
    ("a version is the latest one", "PutParameter/behavior/overwrites",
     lambda: taken("GetParameter", _without_selector)),
    ("parameters are not filtered", "DescribeParameters/behavior/filters",
     lambda: ignored("DescribeParameters", "ParameterFilters", "Filters")),
    ("parameters have no ARN", "PutParameter/behavior/shown-after-creation",
     lambda: lost("GetParameter", "Parameter", "ARN")),
]  # fmt: skip

TABLE = {
    report: Defect(report, service, f"{service}/{finds}", make)
    for service, rows in (("kms", KMS), ("secretsmanager", SECRETS), ("ssm", SSM))
    for report, finds, make in rows
}
