"""The list of faults: large enough, of every kind, and each named by requirements that exist."""

from __future__ import annotations

from collections import Counter

import pytest

from conformance.contract import load_contract
from conformance.contract.load import UnknownService
from conformance.contract.model import Level
from conformance.contract.requirements import catalogue
from conformance.mutants import select
from conformance.mutants.expected_killers import EXPECTED_KILLERS
from conformance.mutants.globs import Globs
from conformance.mutants.redundant import REDUNDANT
from conformance.mutants.selection import NoMutant, UnknownFaults, UnknownKind
from conformance.reference.tables import SERVICES

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
EVERY = select(everything=True)
STANDARD = select()
GATED = [
    one.id
    for service in SERVICES
    for one in catalogue(load_contract(service))
    if one.level in {Level.REQUIRED, Level.EXPECTED}
]


def test_the_standard_list_has_every_kind_of_both_services():
    assert 100 <= len(STANDARD) <= 320
    assert {one.kind for one in STANDARD} == KINDS == {one.kind for one in EVERY}
    by_service = Counter(service for one in STANDARD for service in one.services)
    assert min(by_service[service] for service in SERVICES) >= 50


def test_the_standard_list_is_a_part_of_all():
    ids = [one.id for one in EVERY]
    assert len(set(ids)) == len(ids)
    assert {one.id for one in STANDARD} < set(ids)


def test_each_fault_is_named_by_a_requirement_of_the_gate():
    nameless = [one.id for one in EVERY if not any(map(Globs(one.killers).match, GATED))]
    assert nameless == []


def test_only_wire_format_and_protocol_are_common_to_both_services():
    common = [one.id for one in EVERY if len(one.services) != 1]
    assert {one.partition(":")[0] for one in common} == {"protocol", "wire"}
    assert all(one.services for one in EVERY)


def test_each_line_of_the_tables_is_about_a_fault():
    lines = {about for about, _ in EXPECTED_KILLERS} | set(REDUNDANT)
    ids = [one.id for one in EVERY]
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
    with pytest.raises(NoMutant):
        select(kinds=("time",), globs=("status:*",))
