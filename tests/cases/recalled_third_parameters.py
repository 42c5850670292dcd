"""Fourteen defects of SSM for the third exam; see recalled_third."""

from __future__ import annotations

from tests.cases.recalled import ignored, lost
from tests.cases.recalled_fresh import accepted, after, before, both, table


def _names_alone(call):
    kept = [
        one
        for one in call.sent["ParameterFilters"]
        if one.get("Key") == "Name" and one.get("Option", "Equals") == "Equals"
    ]
    rest = {name: one for name, one in call.sent.items() if name != "ParameterFilters"}
    return {**rest, "ParameterFilters": kept} if kept else rest


def _a_text_by_default(call):
    there = call.again("GetParameter", {"Name": call.sent["Name"]})[0] == 200
    return None if there or "Type" in call.sent else {**call.sent, "Type": "String"}


def _still_labelled(call):
    return 200, {"RemovedLabels": call.sent["Labels"], "InvalidLabels": []}


def _still_tagged(call):
    about = {name: call.sent[name] for name in ("ResourceType", "ResourceId")}
    return (200, {}) if call.again("ListTagsForResource", about)[0] == 200 else None


def versions_go_on():
    deleted: dict[str, int] = {}

    def delete(call):
        status, shown = call.again("GetParameter", {"Name": call.sent["Name"]})
        if status == 200:
            deleted[call.sent["Name"]] = shown["Parameter"]["Version"]

    def put(call, status, body):
        more = deleted.get(call.sent["Name"], 0)
        return {**body, "Version": body["Version"] + more} if status == 200 and more else None

    return both(before("DeleteParameter", delete), after("PutParameter", put))


def _only_the_new_tags(call):
    about = {name: call.sent[name] for name in ("ResourceType", "ResourceId")}
    status, shown = call.again("ListTagsForResource", about)
    new = {one["Key"] for one in call.sent["Tags"]}
    former = [one["Key"] for one in shown.get("TagList", ()) if one["Key"] not in new]
    if status == 200 and former and new:
        call.again("RemoveTagsFromResource", {**about, "TagKeys": former})


def _no_selectors(call):
    names = [one for one in call.sent["Names"] if ":" not in one or one.startswith("arn:")]
    return {**call.sent, "Names": names} if names and names != call.sent["Names"] else None


SSM = [
    ("moto 4283: a parameter is overwritten with tags", "PutParameter",
     "Tags and Overwrite are not used together",
     lambda: accepted("PutParameter", "ValidationException",
                      lambda _: {"Version": 2, "Tier": "Standard"}, "overwrite")),
    ("floci 3642: parameters are filtered by names alone", "DescribeParameters",
     "ParameterFilters limit the results",
     lambda: before("DescribeParameters", _names_alone)),
    ("cloudemu 748: secure texts do not tell their key", "DescribeParameters PutParameter",
     "KeyId is the key with which a SecureString is encrypted",
     lambda: lost("DescribeParameters", "Parameters", "KeyId")),
    ("moto 1348: descriptions of parameters have no version", "DescribeParameters",
     "Version is the version of the parameter",
     lambda: lost("DescribeParameters", "Parameters", "Version")),
    ("moto 1464: who puts a parameter is not told its version", "PutParameter",
     "Version is the new version of the parameter",
     lambda: lost("PutParameter", "Version")),
    ("tags of parameters are not removed", "RemoveTagsFromResource",
     "the tags of the keys are removed",
     lambda: before("RemoveTagsFromResource", _still_tagged)),
    ("labels of versions are not removed", "UnlabelParameterVersion",
     "the labels are removed from the version",
     lambda: before("UnlabelParameterVersion", _still_labelled)),
    ("cloudemu 465: the history comes in one page", "GetParameterHistory",
     "at most MaxResults items are returned",
     lambda: ignored("GetParameterHistory", "MaxResults")),
    ("moto 6484: a parameter is made without a type", "PutParameter",
     "a type is required where a parameter is made",
     lambda: before("PutParameter", _a_text_by_default)),
    ("parameters are of one tier", "PutParameter DescribeParameters",
     "Tier is the tier of the new parameter",
     lambda: ignored("PutParameter", "Tier")),
    ("the history is decrypted whatever is asked for", "GetParameterHistory",
     "WithDecryption says whether secure texts are decrypted",
     lambda: before("GetParameterHistory", lambda call: {**call.sent, "WithDecryption": True})),
    ("versions go on where a parameter was deleted", "PutParameter DeleteParameter",
     "a parameter that is made has version one",
     versions_go_on),
    ("who adds a tag to a parameter loses the others", "AddTagsToResource",
     "tags are added to those of the parameter",
     lambda: before("AddTagsToResource", _only_the_new_tags)),
    ("several parameters are not found by version", "GetParameters",
     "name:version is that version of the parameter",
     lambda: before("GetParameters", _no_selectors)),
]  # fmt: skip


TABLE = table(ssm=SSM)
