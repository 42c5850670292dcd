"""The list of faults: large enough, of every kind, and each named by requirements that exist."""

from __future__ import annotations

from collections import Counter

import pytest

from conformance.contract.levels import Level
from conformance.contract.load import UnknownService
from conformance.reference.tables import SERVICES
from conformance.runs.mutants import select
from conformance.runs.mutants.selection import (
    EXPECTED_KILLERS,
    REDUNDANT,
    Globs,
    NoMutant,
    UnknownFaults,
    UnknownKind,
)
from tests import contracts

KINDS = {
    "authentication",
    "concurrency",
    "constraint",
    "deletion",
    "error identity",
    "listing",
    "patch operations",
    "protocol",
    "recorded limit",
    "refusal",
    "rule across members",
    "status",
    "storage",
    "time",
    "type",
    "visibility",
    "wire format",
    "wrong resource",
}


@pytest.fixture(scope="module")
def every():
    return contracts.every_mutant()


@pytest.fixture(scope="module")
def standard():
    return contracts.standard_mutants()


def test_the_standard_list_has_every_kind_of_both_services(standard, every):
    assert 100 <= len(standard) <= 320
    assert {one.kind for one in standard} == KINDS == {one.kind for one in every}
    by_service = Counter(service for one in standard for service in one.services)
    assert min(by_service[service] for service in SERVICES) >= 50


def test_the_standard_list_is_a_part_of_all(standard, every):
    ids = [one.id for one in every]
    assert len(set(ids)) == len(ids)
    assert {one.id for one in standard} < set(ids)


def test_each_fault_is_named_by_a_requirement_of_the_gate(every):
    gated = [
        one.id
        for service in SERVICES
        for one in contracts.requirements(service)
        if one.level in {Level.REQUIRED, Level.EXPECTED}
    ]
    nameless = [one.id for one in every if not any(map(Globs(one.killers).match, gated))]
    assert nameless == []


def test_only_wire_format_and_protocol_are_common_to_both_services(every):
    common = [one.id for one in every if len(one.services) != 1]
    assert {one.partition(":")[0] for one in common} == {"protocol", "wire"}
    assert all(one.services for one in every)


def test_each_line_of_the_tables_is_about_a_fault(every):
    lines = {*EXPECTED_KILLERS, *REDUNDANT}
    ids = [one.id for one in every]
    assert {about for about in lines if not any(map(Globs((about,)).match, ids))} == set()


def test_faults_are_chosen_by_kind_glob_and_service():
    assert {one.kind for one in select(kinds=("time",))} == {"time"}
    assert [one.id for one in select(globs=("status:CreateKey:201",))] == ["status:CreateKey:201"]
    assert {one.services for one in select(services=("location",))} == {("location",)}
    assert select(globs=("constraint:*AllowActions[]:*",))


def test_what_matches_nothing_is_told():
    with pytest.raises(UnknownFaults, match="no:such"):
        select(globs=("status:*", "no:such"))
    with pytest.raises(UnknownKind, match="color") as told:
        select(kinds=("color",))
    assert "wire format" in told.value.hint
    with pytest.raises(UnknownService):
        select(services=("s3",))
    with pytest.raises(NoMutant, match="no fault matches the given kinds"):
        select(kinds=("time",), globs=("status:*",))
