"""Smithy's restJson1 tests of malformed requests, and the requirement that covers each of them.

The requirement is one of a service that has every kind of member. Where AWS is not known to answer
as the protocol's test demands (other content types, a wrong Accept, values that a lenient reader
takes), the requirement is that there is no server error; type and limit rules demand a refusal.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from conformance.contract.building import build_contract
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Contract
from conformance.contract.protocols import with_protocol
from conformance.plan.planner import plan

PAGE = {"document": "p.md", "section": "s", "line": 1}
COVERED = {
    "protocol/other-accept": """
        RestJsonWithBodyExpectsApplicationJsonAccept
        RestJsonStringPayloadUnsatisfiableAccept
        RestJsonWithPayloadExpectsImpliedAccept
        RestJsonWithPayloadExpectsModeledAccept
    """,
    "SendAll/robustness/odd-blob": """
        RestJsonBodyMalformedBlobInvalidBase64
    """,
    "SendAll/request/flag/type": """
        RestJsonBodyBooleanBadLiteral
        RestJsonBodyBooleanStringCoercion
    """,
    "SendAll/robustness/typed-parameter": """
        RestJsonHeaderBooleanStringCoercion
        RestJsonPathBooleanStringCoercion
        RestJsonQueryBooleanStringCoercion
        RestJsonHeaderByteMalformedValueRejected
        RestJsonHeaderByteUnderflowOverflow
        RestJsonPathByteMalformedValueRejected
        RestJsonPathByteUnderflowOverflow
        RestJsonQueryByteMalformedValueRejected
        RestJsonQueryByteUnderflowOverflow
        RestJsonHeaderDoubleMalformedValueRejected
        RestJsonPathDoubleMalformedValueRejected
        RestJsonQueryDoubleMalformedValueRejected
        RestJsonHeaderFloatMalformedValueRejected
        RestJsonPathFloatMalformedValueRejected
        RestJsonQueryFloatMalformedValueRejected
        RestJsonHeaderIntegerMalformedValueRejected
        RestJsonHeaderIntegerUnderflowOverflow
        RestJsonPathIntegerMalformedValueRejected
        RestJsonPathIntegerUnderflowOverflow
        RestJsonQueryIntegerMalformedValueRejected
        RestJsonQueryIntegerUnderflowOverflow
        RestJsonHeaderLongMalformedValueRejected
        RestJsonHeaderLongUnderflowOverflow
        RestJsonPathLongMalformedValueRejected
        RestJsonPathLongUnderflowOverflow
        RestJsonQueryLongMalformedValueRejected
        RestJsonQueryLongUnderflowOverflow
        RestJsonHeaderShortMalformedValueRejected
        RestJsonHeaderShortUnderflowOverflow
        RestJsonPathShortMalformedValueRejected
        RestJsonPathShortUnderflowOverflow
        RestJsonQueryShortMalformedValueRejected
        RestJsonQueryShortUnderflowOverflow
        RestJsonHeaderTimestampDateTimeRejectsDifferent8601Formats
        RestJsonHeaderTimestampDateTimeRejectsEpochSeconds
        RestJsonHeaderTimestampDateTimeRejectsHttpDate
        RestJsonHeaderTimestampDefaultRejectsDateTime
        RestJsonHeaderTimestampDefaultRejectsEpochSeconds
        RestJsonHeaderTimestampEpochRejectsDateTime
        RestJsonHeaderTimestampEpochRejectsHttpDate
        RestJsonHeaderTimestampEpochRejectsMalformedValues
        RestJsonPathTimestampDefaultRejectsDifferent8601Formats
        RestJsonPathTimestampDefaultRejectsEpochSeconds
        RestJsonPathTimestampDefaultRejectsHttpDate
        RestJsonPathTimestampDefaultRejectsUTCOffsets
        RestJsonPathTimestampEpochRejectsDateTime
        RestJsonPathTimestampEpochRejectsHttpDate
        RestJsonPathTimestampEpochRejectsMalformedValues
        RestJsonPathTimestampHttpDateRejectsDateTime
        RestJsonPathTimestampHttpDateRejectsEpochSeconds
        RestJsonQueryTimestampDefaultRejectsDifferent8601Formats
        RestJsonQueryTimestampDefaultRejectsEpochSeconds
        RestJsonQueryTimestampDefaultRejectsHttpDate
        RestJsonQueryTimestampDefaultRejectsUTCOffsets
        RestJsonQueryTimestampEpochRejectsDateTime
        RestJsonQueryTimestampEpochRejectsHttpDate
        RestJsonQueryTimestampEpochRejectsMalformedValues
        RestJsonQueryTimestampHttpDateRejectsDateTime
        RestJsonQueryTimestampHttpDateRejectsEpochSeconds
    """,
    "SendAll/robustness/odd-number": """
        RestJsonBodyByteMalformedValueRejected
        RestJsonBodyByteUnderflowOverflow
        RestJsonBodyIntegerMalformedValueRejected
        RestJsonBodyIntegerUnderflowOverflow
        RestJsonBodyLongMalformedValueRejected
        RestJsonBodyLongUnderflowOverflow
        RestJsonBodyShortMalformedValueRejected
        RestJsonBodyShortUnderflowOverflow
        RestJsonBodyDoubleMalformedValueRejected
        RestJsonBodyFloatMalformedValueRejected
    """,
    "protocol/other-content-types": """
        RestJsonWithBodyExpectsApplicationJsonContentType
        RestJsonWithBodyExpectsApplicationJsonContentTypeNoHeaders
    """,
    "SendBlob/robustness/payload-content-type": """
        RestJsonWithPayloadExpectsImpliedContentType
        RestJsonWithPayloadExpectsModeledContentType
        RestJsonStringPayloadNoContentType
        RestJsonStringPayloadWrongContentType
    """,
    "Take/robustness/content-type-without-body": """
        RestJsonWithoutBodyEmptyInputExpectsEmptyContentType
        RestJsonWithoutBodyExpectsEmptyContentType
    """,
    "SendAll/robustness/null-items": """
        RestJsonBodyMalformedListNullItem
    """,
    "protocol/malformed-json": """
        RestJsonBodyMalformedListUnclosed
        RestJsonBodyMalformedMapNullKey
        RestJsonInvalidJsonBody
    """,
    "protocol/non-object-body": """
        RestJsonTechnicallyValidJsonBody
    """,
    "SendAll/robustness/null-values": """
        RestJsonBodyMalformedMapNullValue
    """,
    "SendAll/robustness/odd-timestamp": """
        RestJsonBodyTimestampDateTimeRejectsDifferent8601Formats
        RestJsonBodyTimestampDateTimeRejectsEpochSeconds
        RestJsonBodyTimestampDateTimeRejectsHttpDate
        RestJsonBodyTimestampDateTimeRejectsUTCOffsets
        RestJsonBodyTimestampDefaultRejectsDateTime
        RestJsonBodyTimestampDefaultRejectsHttpDate
        RestJsonBodyTimestampDefaultRejectsMalformedEpochSeconds
        RestJsonBodyTimestampDefaultRejectsStringifiedEpochSeconds
        RestJsonBodyTimestampHttpDateRejectsDateTime
        RestJsonBodyTimestampHttpDateRejectsEpoch
    """,
    "SendAll/robustness/odd-union": """
        RestJsonMalformedUnionEmptyObjectNoFieldsSet
        RestJsonMalformedUnionKnownAndUnknownFieldsSet
        RestJsonMalformedUnionNoFieldsSet
        RestJsonMalformedUnionUnknownMember
        RestJsonMalformedUnionValueIsArray
    """,
    "SendAll/robustness/two-of-union": """
        RestJsonMalformedUnionMultipleFieldsSet
    """,
    "SendAll/request/enum/enum": """
        RestJsonMalformedEnumString
        RestJsonMalformedEnumTraitString
    """,
    "SendAll/request/enums[]/enum": """
        RestJsonMalformedEnumList
    """,
    "SendAll/request/map.{key}/enum": """
        RestJsonMalformedEnumMapKey
    """,
    "SendAll/request/map.{value}/enum": """
        RestJsonMalformedEnumMapValue
    """,
    "SendAll/request/union.enum/enum": """
        RestJsonMalformedEnumUnion
    """,
    "SendAll/request/text/minLength": """
        RestJsonMalformedLengthMaxString
        RestJsonMalformedLengthMaxStringOverride
        RestJsonMalformedLengthMinString
        RestJsonMalformedLengthMinStringOverride
        RestJsonMalformedLengthString
        RestJsonMalformedLengthStringOverride
        RestJsonMalformedRecursiveStructures
    """,
    "SendAll/request/enums/minItems": """
        RestJsonMalformedLengthList
        RestJsonMalformedLengthListOverride
    """,
    "SendAll/request/texts[]/minLength": """
        RestJsonMalformedLengthListValue
    """,
    "SendAll/request/map/minProperties": """
        RestJsonMalformedLengthMap
        RestJsonMalformedLengthMapOverride
    """,
    "SendAll/request/longs.{key}/minLength": """
        RestJsonMalformedLengthMapKey
    """,
    "SendAll/request/longs.{value}/minLength": """
        RestJsonMalformedLengthMapValue
    """,
    "SendAll/request/colour/minLength": """
        RestJsonMalformedLengthQueryStringNoValue
    """,
    "SendAll/request/text/pattern": """
        RestJsonMalformedPatternReDOSString
        RestJsonMalformedPatternString
        RestJsonMalformedPatternStringOverride
        RestJsonMalformedPatternSensitiveString
    """,
    "SendAll/request/texts[]/pattern": """
        RestJsonMalformedPatternList
        RestJsonMalformedPatternListOverride
    """,
    "SendAll/request/longs.{key}/pattern": """
        RestJsonMalformedPatternMapKey
        RestJsonMalformedPatternMapKeyOverride
    """,
    "SendAll/request/longs.{value}/pattern": """
        RestJsonMalformedPatternMapValue
        RestJsonMalformedPatternMapValueOverride
    """,
    "SendAll/request/union.text/pattern": """
        RestJsonMalformedPatternUnion
        RestJsonMalformedPatternUnionOverride
    """,
    "SendAll/request/size/maximum": """
        RestJsonMalformedRangeByte
        RestJsonMalformedRangeByteOverride
        RestJsonMalformedRangeFloat
        RestJsonMalformedRangeFloatOverride
        RestJsonMalformedRangeInteger
        RestJsonMalformedRangeIntegerOverride
        RestJsonMalformedRangeLong
        RestJsonMalformedRangeLongOverride
        RestJsonMalformedRangeShort
        RestJsonMalformedRangeShortOverride
        RestJsonMalformedRangeMaxByte
        RestJsonMalformedRangeMaxByteOverride
        RestJsonMalformedRangeMaxFloat
        RestJsonMalformedRangeMaxFloatOverride
        RestJsonMalformedRangeMaxInteger
        RestJsonMalformedRangeMaxIntegerOverride
        RestJsonMalformedRangeMaxLong
        RestJsonMalformedRangeMaxLongOverride
        RestJsonMalformedRangeMaxShort
        RestJsonMalformedRangeMaxShortOverride
    """,
    "SendAll/request/size/minimum": """
        RestJsonMalformedRangeMinByte
        RestJsonMalformedRangeMinByteOverride
        RestJsonMalformedRangeMinFloat
        RestJsonMalformedRangeMinFloatOverride
        RestJsonMalformedRangeMinInteger
        RestJsonMalformedRangeMinIntegerOverride
        RestJsonMalformedRangeMinLong
        RestJsonMalformedRangeMinLongOverride
        RestJsonMalformedRangeMinShort
        RestJsonMalformedRangeMinShortOverride
    """,
    "SendAll/request/text/required": """
        RestJsonMalformedRequiredBodyExplicitNull
        RestJsonMalformedRequiredBodyUnset
    """,
    "SendAll/request/x-must/required": """
        RestJsonMalformedRequiredHeaderUnset
    """,
}
"""Requirement to the ids of the tests that it covers."""
NOT_APPLICABLE = {
    (
        "the octets of a blob are counted before base64: they are kept as x-minBytes and "
        "x-maxBytes, and no requirement rests on them"
    ): """
        RestJsonMalformedLengthBlob
        RestJsonMalformedLengthBlobOverride
    """,
    ("neither the API references nor the SDK models say of a list that its items are unique"): """
        RestJsonMalformedUniqueItemsBlobList
        RestJsonMalformedUniqueItemsBooleanList
        RestJsonMalformedUniqueItemsByteList
        RestJsonMalformedUniqueItemsDateTimeList
        RestJsonMalformedUniqueItemsEnumList
        RestJsonMalformedUniqueItemsHttpDateList
        RestJsonMalformedUniqueItemsIntEnumList
        RestJsonMalformedUniqueItemsIntegerList
        RestJsonMalformedUniqueItemsListList
        RestJsonMalformedUniqueItemsLongList
        RestJsonMalformedUniqueItemsShortList
        RestJsonMalformedUniqueItemsStringList
        RestJsonMalformedUniqueItemsStructureList
        RestJsonMalformedUniqueItemsStructureMissingKeyList
        RestJsonMalformedUniqueItemsTimestampList
        RestJsonMalformedUniqueItemsUnionList
    """,
    (
        "neither the API references nor the SDK models say that a header is base64; odd- "
        "header sends what any header may fail on"
    ): """
        RestJsonHeaderMalformedStringInvalidBase64MediaType
    """,
}
"""Reason to the ids of the tests that no requirement covers."""
TESTS = 191


def stated(kind: str, **limits: Any) -> dict[str, Any]:
    """A schema whose type and limits a page states."""
    return {"type": kind, **limits, "x-sources": dict.fromkeys(("type", *limits, "pattern"), PAGE)}


TEXT = stated("string", minLength=2, maxLength=8, **{"x-pattern": "[a-m]+"})
ENUM = stated("string", enum=["abc", "def"])


def a_map(key: dict[str, Any], value: dict[str, Any], **limits: Any) -> dict[str, Any]:
    return {
        **stated("object", **limits), "x-type": "map", "propertyNames": key,
        "additionalProperties": value,
    }  # fmt: skip


BODY = {
    "type": "object",
    "x-type": "structure",
    "required": ["text"],
    "properties": {
        "text": {**TEXT, "x-sources": {**TEXT["x-sources"], "required": PAGE}},
        "enum": ENUM,
        "enums": {**stated("array", minItems=2), "items": ENUM},
        "texts": {**stated("array"), "items": TEXT},
        "map": a_map(ENUM, ENUM, minProperties=2),
        "longs": a_map(TEXT, TEXT),
        "size": stated("integer", minimum=2, maximum=8),
        "rate": stated("number"),
        "flag": stated("boolean"),
        "when": {**stated("number"), "x-type": "timestamp"},
        "blob": {**stated("string"), "x-type": "blob"},
        "union": {
            "type": "object", "x-type": "structure", "x-union": True,
            "properties": {"enum": ENUM, "text": TEXT},
        },
    },
}  # fmt: skip
MUST = {"type": "string", "x-sources": {"type": PAGE, "required": PAGE}}


def operation(name: str, parameters: list[dict[str, Any]], **about: Any) -> dict[str, Any]:
    success = {"200": {"x-source": PAGE}}
    return {
        "operationId": name, "x-source": PAGE, "parameters": parameters, "responses": success,
        **about,
    }  # fmt: skip


def given(name: str, where: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


SPEC = {
    "info": {"title": "All"},
    "paths": {
        "/all/{number}": {
            "post": operation(
                "SendAll",
                [
                    given("number", "path", stated("integer")),
                    given("colour", "query", TEXT),
                    given("since", "query", {**stated("string"), "x-type": "timestamp"}),
                    given("x-flag", "header", stated("boolean")),
                    {**given("x-must", "header", MUST), "required": True},
                ],
                requestBody={"content": {"application/json": {"schema": BODY}}},
            ),
            "get": operation("Take", [given("number", "path", stated("integer"))]),
        },
        "/blob": {
            "put": operation(
                "SendBlob", [],
                requestBody={
                    "content": {
                        "application/octet-stream": {"schema": {"type": "string", "x-type": "blob"}}
                    }
                },
            )
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Contract:
    return with_protocol(build_contract("all", SPEC, {}))


def ids(table: dict[str, str]) -> list[str]:
    return [one for listed in table.values() for one in listed.split()]


def test_every_test_has_one_place() -> None:
    known = ids(COVERED) + ids(NOT_APPLICABLE)
    assert {name: count for name, count in Counter(known).items() if count > 1} == {}
    assert len(known) == TESTS
    assert all(name.startswith("RestJson") for name in known)


@pytest.mark.parametrize("requirement", COVERED)
def test_what_covers_a_test_is_probed(requirement: str, contract: Contract) -> None:
    known = {one.id.removeprefix("all/"): one for one in catalogue(contract)}
    assert requirement in known
    planned = plan(contract, known[requirement])
    assert [one for one in planned.probes if one.side != "accept"], planned.why_not
