"""What the pages of a service lack and its SDK model has, for setup only.

A single page says neither which name requests are signed for nor how the resource comes to be that
its operation is about. Where pages have no overlay beside them, the model that fits them gives the
signing name, the host, the types of parameters outside the body, and the operations that create,
read, list and delete what the pages' own operations need. Those are not tested: no requirement is
made of them, and nothing is concluded from what they answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from conformance.contract.inference.answered import named_answers
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.inference.json_patch import with_patch_example
from conformance.contract.inference.model_examples import with_written, written_values
from conformance.contract.inference.model_match import ModelMatch, matching_model
from conformance.contract.inference.model_types import with_types
from conformance.contract.inference.naming import VERBS, plain
from conformance.contract.inference.protection import unprotected
from conformance.contract.model import Contract, Kind, Location, Operation
from conformance.contract.places import named_kinds
from conformance.contract.vocabulary.overlay_model import Answered, Overlay, Resource
from conformance.documents.sdk.matching import unlabelled
from conformance.documents.sdk.models import REST_JSON, SdkModel, load_model

MODEL = "x-model"
"""In a spec: the SDK model that its pages are of, where somebody named it."""
ROUNDS = 3
"""What is made of other resources, and those of others again: so far is looked."""
MOST = 80
"""Operations of a model that are looked at, the nearest first: a bound on what is read."""
SHOWN = 6
Build = Callable[[str, Mapping[str, Any], Mapping[str, str]], Contract]
IDENTIFIES = re.compile(r"(Id|ID|Name|Arn|ARN|Identifier|Names|Ids|Arns)$|_id$|_name$")
VERB = re.compile(
    "(" + "|".join(sorted({one for words in VERBS.values() for one in words}, key=len)[::-1]) + ")"
)


def completed(contract: Contract, spec: Mapping[str, Any], build: Build) -> Contract:
    """The contract of pages with what the model gives, and with its lifecycles inferred.

    A spec that was derived from a model lacks nothing of it, and gets its inferred lifecycles only.
    ``build`` makes a contract of a spec. Raises UnknownModel, UnspokenProtocol for a model
    that the spec names.
    """
    if "x-signing" in spec:
        return _inferred(contract)
    named = spec.get(MODEL)
    version = str(spec.get("info", {}).get("version", ""))
    match = ModelMatch((named,)) if named else matching_model(contract, version)
    if match.name is None:
        told = _ambiguous(contract.service, match) if match.names else ""
        return replace(_inferred(contract), completed=told)
    return _with_model(contract, load_model(match.name, contract.protocol), build)


def _inferred(contract: Contract) -> Contract:
    stated = contract.overlay
    operations = {
        name: unprotected(with_patch_example(one)) for name, one in contract.operations.items()
    }
    contract = replace(contract, operations=operations)
    overlay = msgspec.structs.replace(
        inferred_overlay(contract), signing=stated.signing, endpoint=stated.endpoint
    )
    return replace(contract, overlay=overlay)


def _with_model(contract: Contract, model: SdkModel, build: Build) -> Contract:
    """The contract with the setup operations that its own operations have a use for."""
    known = _read(model, contract, _related(contract, model), build)
    own = {
        name: with_types(one, known.operations.get(name))
        for name, one in contract.operations.items()
    }
    taken = {_request_of(one) for one in own.values()}
    more = {
        name: one
        for name, one in known.operations.items()
        if name not in own and _request_of(one) not in taken
    }
    written = written_values(model)
    both = {name: with_written(one, written) for name, one in {**own, **more}.items()}
    whole = _inferred(replace(contract, operations=both, overlay=known.overlay))
    overlay, used = _needed(whole, tuple(own))
    kept = {name: one for name, one in whole.operations.items() if name in own or name in used}
    setup = frozenset(kept.keys() - own.keys())
    return replace(
        contract,
        operations=kept,
        overlay=overlay,
        hashes={**contract.hashes, model.name: model.sha256},
        setup=setup,
        completed=_told(contract.service, model, overlay, setup),
    )


def _request_of(operation: Operation) -> tuple[object, ...]:
    """What tells a request of an operation from those of others."""
    return (
        operation.method, operation.path, tuple(operation.query), operation.present,
        tuple(operation.selectors.items()),
    )  # fmt: skip


def _read(model: SdkModel, contract: Contract, wanted: frozenset[str], build: Build) -> Contract:
    """The wanted operations of a model as the contract of a service of the same name."""
    from conformance.contract.deriving.assemble import assemble_whole
    from conformance.contract.deriving.example_requests import add_requests
    from conformance.documents.sdk.pages import model_pages

    document, _ = assemble_whole(model_pages(model, contract.service, wanted))
    add_requests(document, model)
    return build(contract.service, document, {})


# -- Which operations ----------------------------------------------------------------------------


def _related(contract: Contract, model: SdkModel) -> frozenset[str]:
    """The model's operations that may make, show or delete what the pages' operations are about."""
    every: Mapping[str, Any] = model.data["operations"]
    own = {name for name in contract.operations if name in every}
    # On the root there is every operation of some protocols: that says nothing of one.
    paths = {path for one in contract.operations.values() for path in _steps(one.path) if path}
    nouns = {noun for one in contract.operations.values() for noun in _nouns(one)}
    found = dict.fromkeys(sorted(own))
    for _ in range(ROUNDS):
        before = len(found)
        for name, about in every.items():
            path = unlabelled(about["http"]["requestUri"])
            if path in paths or _stem(name) in nouns:
                found.setdefault(name)
        for name in list(found):
            nouns |= set(_nouns_of_model(model, name))
        if len(found) == before:
            break
    return frozenset(list(found)[: max(MOST, len(own))])


def _steps(path: str) -> Iterator[str]:
    """A path, and the paths before each of its labels and up to it: where what it names is made."""
    plain = unlabelled(path)
    yield plain
    parts = plain.split("/")
    for index, part in enumerate(parts):
        if "{}" in part:
            yield "/".join(parts[:index])
            yield "/".join(parts[: index + 1])


def _stem(name: str) -> str:
    """What an operation or a member is about, in one form: ``UpdateKeys`` and ``Key`` are one."""
    noun = IDENTIFIES.sub("", VERB.sub("", name, count=1) if VERB.match(name) else name)
    text = plain(noun)
    return re.sub(r"ie$", "y", re.sub(r"e?s$", "", text)) if not text.endswith("ss") else text


def _nouns(operation: Operation) -> Iterator[str]:
    yield _stem(operation.name)
    for member in operation.input.values():
        if member.location is Location.PATH or member.required:
            yield from filter(None, [_stem(member.name)])


def _nouns_of_model(model: SdkModel, name: str) -> Iterator[str]:
    """What the required members of an operation are about."""
    shape = model.data["operations"][name].get("input", {}).get("shape")
    if shape is not None:
        for one in model.data["shapes"][shape].get("required", ()):
            yield from filter(None, [_stem(one)])


def _needed(contract: Contract, own: tuple[str, ...]) -> tuple[Overlay, set[str]]:
    """The overlay of the kinds alone that these operations are about, and all their operations."""
    overlay = contract.overlay
    known, answers = overlay.kinds(), dict(_answers(overlay, own))
    asked = {op for one in answers.values() for op in (one.operation, one.first) if op is not None}
    calls = {*own, *asked}
    wanted = dict.fromkeys(
        name
        for name, one in known.items()
        if any(_is_about(contract, op, name, one) for op in calls)
    )
    for name in list(wanted):
        _add_needs(name, known, wanted)
    kept = {name: known[name] for name in wanted}
    kept = {name: _suited(contract, one, own) for name, one in kept.items()}
    used = {name for one in kept.values() for name in one.roles().values()}
    used |= {name for one in kept.values() for name in one.also_created_by} | asked
    tested = set(own)
    main, *others = kept or [""]
    return msgspec.structs.replace(
        overlay,
        resource=msgspec.structs.replace(kept[main], alias=main) if kept else None,
        resources={name: kept[name] for name in others},
        answers=answers,
        operations={k: one for k, one in overlay.operations.items() if k in tested | used},
        rules={k: one for k, one in overlay.rules.items() if k.partition("/")[0] in tested},
    ), used


def _answers(overlay: Overlay, names: Iterable[str]) -> Iterator[tuple[str, Answered]]:
    """The answers that requests speak of, and those that asking for them speaks of."""
    for about in names:
        for name in named_answers(overlay.words_of(about).binds):
            one = overlay.answers[name]
            yield name, one
            yield from _answers(overlay, filter(None, (one.operation, one.first)))


def _is_about(contract: Contract, operation: str, kind: str, one: Resource) -> bool:
    """Whether an operation has a role in a kind's lifecycle, or takes its identifier."""
    words = contract.overlay.words_of(operation)
    if one.is_of(operation) or kind == words.resource or kind in named_kinds(words.binds):
        return True
    return one.label in contract.operations[operation].input


def _suited(contract: Contract, one: Resource, own: tuple[str, ...]) -> Resource:
    """The kind with the flag that lets it be deleted whatever its state, where there is one.

    And with the pages' operations that say themselves that what they are about is not there.
    """
    lacking = [
        name
        for name in own
        if name.startswith(("Update", "Modify"))
        and (about := contract.operations[name]).method != "PUT"
        and one.not_found in about.errors
        and one.label in about.input
    ]
    delete = contract.operations.get(one.delete or "")
    flags = {
        name: True
        for name, member in (delete.input.items() if delete is not None else ())
        if name.lower().startswith("force") and member.shape.kind is Kind.BOOLEAN
    }
    by = one.not_found_by if one.not_found_by is None else (*one.not_found_by, *lacking)
    return msgspec.structs.replace(one, delete_with={**flags, **one.delete_with}, not_found_by=by)


def _add_needs(name: str, known: Mapping[str, Resource], wanted: dict[str, None]) -> None:
    for need in known[name].needs:
        if need in known and need not in wanted:
            wanted[need] = None
            _add_needs(need, known, wanted)


# -- What members are ----------------------------------------------------------------------------


# -- What is said of it --------------------------------------------------------------------------


def _told(service: str, model: SdkModel, overlay: Overlay, setup: frozenset[str]) -> str:
    used = ", ".join(sorted(setup)[:SHOWN]) + (
        f" and {len(setup) - SHOWN} more" if len(setup) > SHOWN else ""
    )
    about = f"signed for {overlay.signing.service}"
    if model.protocol != REST_JSON:
        about = f"the names, places and routes of {model.protocol}, {about}"
    return (
        f"{service}: taken from the SDK model {model.name}, for setup only, because its pages"
        f" lack it: {about}" + (f"; with {used}, which are not tested" if used else "")
    )


def _ambiguous(service: str, match: ModelMatch) -> str:
    shown = ", ".join(match.names[:SHOWN])
    return (
        f"{service}: its pages fit {len(match.names)} SDK models ({shown}), so nothing is taken"
        f" from any of them; name one: `conformance derive PAGE... --model NAME`"
    )
