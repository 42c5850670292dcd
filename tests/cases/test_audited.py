"""Kinds that an audit of unseen services, right servers and wrong ones found; each is mended."""

from __future__ import annotations

import pytest

from conformance.contract.load import load_contract
from conformance.contract.walk import misspelt
from conformance.engine.secret_encodings import forms
from conformance.protocols.registry import wire

HALF = "\ud83d"
"""Half a surrogate pair: a server that stored one shows it as an identifier, too."""


@pytest.mark.parametrize(
    ("service", "operation", "values", "written"),
    [
        ("macie2", "DisableOrganizationAdminAccount", {"adminAccountId": HALF}, "%ED%A0%BD"),
        ("macie2", "DeleteMember", {"id": HALF}, "%ED%A0%BD"),
        ("route53", "ListTrafficPolicies", {"trafficpolicyid": HALF}, "%ED%A0%BD"),
    ],
)
def test_half_a_character_in_an_identifier_is_written(service, operation, values, written):
    request = wire(load_contract(service).operations[operation], values)
    assert written in request.target


def test_half_a_character_in_a_body_that_is_one_member_is_written():
    operation = load_contract("iot-data").operations["Publish"]
    assert wire(operation, {"topic": "a", "payload": HALF}).body == b"\xed\xa0\xbd"


def test_a_secret_with_half_a_character_is_hidden_in_its_forms():
    assert "%ED%A0%BDabcdefgh" in forms(f"{HALF}abcdefgh", 4)


MEMBERS = load_contract("apigateway").operations["GetApiKeys"].output


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"item": [{"created_date": 1}]}, "created_date for createdDate"),
        ({"item": [{"id": "a"}, {"CreatedDate": 1}]}, "CreatedDate for createdDate"),
        ({"Item": []}, "Item for item"),
        ({"item": [{"tags": {"Id": "a"}}]}, None),
        ({"item": [{"createdDate": 1, "created_date": 1}]}, None),
        ({"item": [{"colour": "blue"}, 1, None], "Position": None, "position": "a"}, None),
    ],
)
def test_members_in_other_letters_are_seen_at_any_depth(values, told):
    assert misspelt(MEMBERS, values) == told
