import pytest

from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import NothingSelected, catalogue, select
from conformance.contract.load import UnknownService, load_contract
from tests import contracts


@pytest.fixture(scope="module")
def everything():
    return [one for name in ("apigateway", "location") for one in contracts.requirements(name)]


def test_ids_of_the_design_are_there(everything):
    ids = {one.id for one in everything}
    assert {
        "location/UpdateKey/request/Description/maxLength",
        "location/UpdateKey/request/Restrictions.AllowActions[]/pattern",
        "apigateway/UpdateApiKey/response/createdDate/type",
        "apigateway/UpdateApiKey/status/200",
        "apigateway/UpdateApiKey/status/no-5xx",
        "apigateway/UpdateApiKey/error/NotFoundException",
        "apigateway/UpdateApiKey/patch/name/replace",
        "apigateway/UpdateApiKey/patch/name/add",
        "apigateway/protocol/malformed-json",
    } <= ids


def test_ids_are_unique_and_several_hundred(everything):
    ids = [one.id for one in everything]
    assert len(ids) == len(set(ids))
    assert len(ids) > 500


def test_every_requirement_says_where_it_comes_from(everything):
    documented = 0
    for one in everything:
        source = one.source
        origins = [source.document, source.observation, source.protocol]
        assert sum(origin is not None for origin in origins) == 1, one.id
        if source.document is not None:
            assert source.line, one.id
            assert source.section, one.id
            assert source.sha256, one.id
            documented += 1
    assert documented > 400


def test_required_is_only_what_documents_state(everything):
    required = [one for one in everything if one.level is Level.REQUIRED]
    assert len(required) > 100
    assert [one.id for one in required if one.source.document is None] == []


def test_patch_cells_are_expected_and_say_what_is_supported(everything):
    by_id = {one.id: one for one in everything}
    cell = by_id["apigateway/UpdateApiKey/patch/name/replace"]
    assert (cell.level, cell.patch.supported) == (Level.EXPECTED, True)
    assert by_id["apigateway/UpdateApiKey/patch/name/add"].patch.supported is False
    assert by_id["apigateway/UpdateApiKey/patch/labels/add"].level is Level.INFORMATIONAL


def test_globs_take_brackets_as_they_stand(everything):
    chosen = select(everything, ["location/*/request/Restrictions.AllowActions[]/*"])
    assert {one.id.rsplit("/", 1)[1] for one in chosen} == {
        "type", "minLength", "maxLength", "pattern",
    }  # fmt: skip
    assert all("AllowActions[]" in one.id for one in chosen)


def test_a_glob_that_matches_nothing_is_told(everything):
    with pytest.raises(NothingSelected, match=r"no requirement matches nothing/\*"):
        select(everything, ["nothing/*"])


def test_an_unknown_service_names_the_known_ones():
    with pytest.raises(UnknownService) as problem:
        load_contract("../location")
    assert "apigateway-usageplans, apigatewayv2" in problem.value.hint


def test_the_examples_of_a_contract_are_in_the_region_of_the_run():
    usual, moved = load_contract("location"), load_contract("location", "ap-southeast-2")
    assert ":us-east-1:" in repr(usual.overlay)
    assert ":us-east-1:" not in repr(moved.overlay) + repr(moved.operations)
    assert ":ap-southeast-2:" in repr(moved.overlay)
    ids = [one.id for one in catalogue(usual)]
    assert [one.id for one in catalogue(moved)] == ids
