"""Twenty-three defects of KMS and Secrets Manager for the third exam; see recalled_third."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from tests.cases.recalled import ignored, lost
from tests.cases.recalled_fresh import after, another_error, before, both, table

# -- KMS -------------------------------------------------------------------------------------------


def one_grant_of_a_name():
    made: dict[str, tuple[str, Any]] = {}

    def create(call):
        key, grant = made.get(call.sent["Name"], ("", None))
        return (200, grant) if grant and key != call.sent["KeyId"] else None

    def created(call, status, body):
        if status == 200:
            made.setdefault(call.sent["Name"], (call.sent["KeyId"], body))

    return both(before("CreateGrant", create), after("CreateGrant", created))


def nothing_done(operation):
    """Of a key that is there the operation is a success without an effect."""

    def change(call):
        there = call.again("DescribeKey", {"KeyId": call.sent["KeyId"]})[0] == 200
        return (200, {}) if there else None

    return before(operation, change)


def _one_spec(_call, status, body):
    shown = body.get("KeyMetadata", {})
    for name in ("KeySpec", "CustomerMasterKeySpec"):
        if name in shown:
            shown[name] = "SYMMETRIC_DEFAULT"
    return body if status == 200 and shown else None


def the_same_bytes_again():
    first: dict[int, str] = {}

    def answer(_call, status, body):
        text = body.get("Plaintext")
        if status != 200 or not isinstance(text, str):
            return None
        return {**body, "Plaintext": first.setdefault(len(text), text)}

    return after("GenerateRandom", answer)


def _never_rotated(_call, status, body):
    return {**body, "KeyRotationEnabled": False} if status == 200 else None


def _first_tag(call):
    return {**call.sent, "TagKeys": call.sent["TagKeys"][:1]}


KMS = [
    ("LocalStack 7910: a grant of a name is one of all keys", "CreateGrant",
     "a grant of the same name and of the same key is the one that is there",
     one_grant_of_a_name),
    ("descriptions of keys are not updated", "UpdateKeyDescription",
     "Description is the new description of the key",
     lambda: nothing_done("UpdateKeyDescription")),
    ("moto 464: keys are never rotated", "GetKeyRotationStatus EnableKeyRotation",
     "KeyRotationEnabled tells whether rotation is enabled",
     lambda: after("GetKeyRotationStatus", _never_rotated)),
    ("a grant that is revoked is still there", "RevokeGrant",
     "the grant is deleted",
     lambda: nothing_done("RevokeGrant")),
    ("LocalStack 1954: a key is made without its tags", "CreateKey ListResourceTags",
     "Tags are those of the new key",
     lambda: ignored("CreateKey", "Tags")),
    ("the policy of a key stays as it was made", "PutKeyPolicy GetKeyPolicy",
     "the policy is attached to the key",
     lambda: nothing_done("PutKeyPolicy")),
    ("public keys do not tell how they are used", "GetPublicKey",
     "SigningAlgorithms are there where KeyUsage is SIGN_VERIFY",
     lambda: lost("GetPublicKey", "SigningAlgorithms")),
    ("floci 322: keys have one spec", "CreateKey DescribeKey",
     "KeySpec is the spec with which the key was made",
     lambda: after("CreateKey DescribeKey", _one_spec)),
    ("random bytes are the same again", "GenerateRandom",
     "the bytes are random",
     the_same_bytes_again),
    ("only the first tag of a key is removed", "UntagResource",
     "the tags of all the keys are removed",
     lambda: before("UntagResource", _first_tag)),
]  # fmt: skip


# -- Secrets Manager -------------------------------------------------------------------------------


def _parts_of_arns_name_nothing(call):
    name = str(call.sent.get("SecretId"))
    if not name.startswith("arn:") or re.search(r"-\w{6}$", name):
        return None
    return 400, {"__type": "ResourceNotFoundException", "message": "no"}


def _labelled_alone(_call, status, body):
    if status != 200:
        return None
    return {**body, "Versions": [one for one in body["Versions"] if one.get("VersionStages")]}


def labels_stay():
    """A label of one's own that is attached to another version is also where it was."""
    attached: dict[str, dict[str, list[str]]] = {}

    def put(call, status, body):
        own = [one for one in call.sent["VersionStages"] if not one.startswith("AWS")]
        if status == 200 and own:
            attached.setdefault(body["ARN"], {})[body["VersionId"]] = own

    def describe(_call, status, body):
        if status != 200:
            return None
        shown = body["VersionIdsToStages"]
        for version, stages in attached.get(body["ARN"], {}).items():
            shown[version] = sorted({*stages, *shown.get(version, [])})
        return body

    first, then = after("PutSecretValue", put), after("DescribeSecret", describe)

    def answer(*arguments):
        return first.answer(*arguments) or then.answer(*arguments)

    return SimpleNamespace(answer=answer)


def previous_versions_add_up():
    made: dict[str, list[str]] = {}

    def update(_call, status, body):
        if status == 200 and "VersionId" in body:
            made.setdefault(body["ARN"], []).append(body["VersionId"])

    def describe(_call, status, body):
        for version in made.get(body.get("ARN", ""), [])[:-1] if status == 200 else ():
            if not body["VersionIdsToStages"].get(version):
                body["VersionIdsToStages"][version] = ["AWSPREVIOUS"]
        return body if status == 200 else None

    first, then = after("UpdateSecret", update), after("DescribeSecret", describe)

    def answer(*arguments):
        return first.answer(*arguments) or then.answer(*arguments)

    return SimpleNamespace(answer=answer)


def _any_stage_of_the_version(call):
    if not {"VersionId", "VersionStage"} <= set(call.sent):
        return None
    return {name: one for name, one in call.sent.items() if name != "VersionStage"}


def no_retries():
    made = set()

    def again(_call, status, body):
        if status != 200:
            return None
        if body["ARN"] in made:
            return 400, {"__type": "ResourceExistsException", "message": "no"}
        made.add(body["ARN"])
        return None

    return after("CreateSecret", again)


SECRETS = [
    ("floci 340: an ARN without its last characters is of no secret",
     "GetSecretValue DescribeSecret",
     "a secret is found by a part of its ARN",
     lambda: before("GetSecretValue DescribeSecret", _parts_of_arns_name_nothing)),
    ("LocalStack 10086: versions without labels are not there", "ListSecretVersionIds",
     "IncludeDeprecated includes versions without labels",
     lambda: after("ListSecretVersionIds", _labelled_alone)),
    ("moto 4906: a label of one's own is of two versions", "PutSecretValue DescribeSecret",
     "a label that is of another version is moved to the new one",
     labels_stay),
    ("moto 5238: a version has any label that is asked for", "GetSecretValue",
     "VersionId and VersionStage are of the same version",
     lambda: before("GetSecretValue", _any_stage_of_the_version)),
    ("cloudemu 1065: who tries again is told that the secret is there", "CreateSecret",
     "a request of the same token and the same value is a success without an effect",
     no_retries),
    ("fakecloud 2249: several versions are the previous one", "UpdateSecret DescribeSecret",
     "AWSPREVIOUS is the label of the version that was AWSCURRENT before",
     previous_versions_add_up),
    ("floci 2587: secrets have no policy", "GetResourcePolicy PutResourcePolicy",
     "ResourcePolicy is the policy that is attached",
     lambda: lost("GetResourcePolicy", "ResourcePolicy")),
    ("cdkd 3068: passwords have no spaces", "GetRandomPassword",
     "IncludeSpace lets spaces be in the password",
     lambda: ignored("GetRandomPassword", "IncludeSpace")),
    ("passwords have numbers whatever is asked for", "GetRandomPassword",
     "ExcludeNumbers leaves numbers out",
     lambda: ignored("GetRandomPassword", "ExcludeNumbers")),
    ("floci 1467: a token that is taken is another error", "PutSecretValue",
     "a token of a version with another value is a ResourceExistsException",
     lambda: another_error("PutSecretValue", "ResourceExists", "InvalidParameterException")),
    ("cloudemu 465: secrets come in one page", "ListSecrets",
     "at most MaxResults secrets are returned",
     lambda: ignored("ListSecrets", "MaxResults")),
    ("a secret is made without its tags", "CreateSecret",
     "Tags are those of the new secret",
     lambda: ignored("CreateSecret", "Tags")),
    ("a secret is deleted after thirty days whatever is asked for", "DeleteSecret",
     "RecoveryWindowInDays is how long the secret can be recovered",
     lambda: ignored("DeleteSecret", "RecoveryWindowInDays")),
]  # fmt: skip


TABLE = table(kms=KMS, secretsmanager=SECRETS)
