"""The inferred lifecycles of a service as an overlay, for a person to correct."""

import textwrap
from dataclasses import replace
from typing import Any

import msgspec
import yaml

from conformance.contract.inference.inferring import Inferred, infer, inferred_overlay
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import OperationWords, Overlay
from conformance.plan.valid_requests.base_requests import valid_request

HEAD = """\
# Drafted by `conformance overlay init` from the operations' names, paths and members.
# Correct it, give each operation a request that is certainly valid (`base`), and remove `inferred`;
# until then, nothing that rests on these guesses counts against a target.
overlay: 1.0.0
info:
  title: {title}, beyond the reference pages
  version: 1.0.0
extends: openapi.yaml
actions:
- target: $
  update:
    x-conformance:
      inferred: true
      # The service name in signatures; {how}.
      signing: {{service: {service}}}
"""
UNSTATED = "the pages do not state it, so this is the name of the service"
"""Said where the spec has no signing name."""


def render_overlay_template(contract: Contract) -> tuple[str, int]:
    """The text of an overlay, and how many kinds of resources it has."""
    kinds = infer(contract)
    overlay = inferred_overlay(contract)
    lines = [_head(contract)]
    if kinds:
        lines += [_comments(kinds[0], "      "), _block({"resource": overlay.resource}, 6)]
    if kinds[1:]:
        lines.append("      resources:\n")
    for one in kinds[1:]:
        lines += [_comments(one, "        "), _block({one.name: one.resource}, 8)]
    if overlay.answers:
        lines.append(_block({"answers": overlay.answers}, 6))
    lines.append(_operations(contract, overlay))
    return "".join(lines), len(kinds)


def _head(contract: Contract) -> str:
    """What is above the resources: the signing name, and what AWS's own hosts begin with."""
    stated = contract.overlay.signing.service
    how = "as the SDK model has it" if stated else UNSTATED
    text = HEAD.format(title=contract.title, service=stated or contract.service, how=how)
    prefix = contract.overlay.endpoint.prefix
    if prefix:
        text += _block({"endpoint": {"prefix": prefix}}, 6)
    return text


def _comments(one: Inferred, pad: str) -> str:
    """How sure each part of a kind is."""
    found: dict[str, list[str]] = {}
    for part, how in one.why.items():
        found.setdefault(how, []).append(part)
    told = "; ".join(f"{how}: {', '.join(parts)}" for how, parts in found.items())
    missing = [role for role in ("read", "update", "list") if role not in one.resource.roles()]
    lacks = f"{pad}# Not found: {', '.join(missing)}.\n" if missing else ""
    return f"{pad}# {one.name}, at {one.path}. {told[:1].upper()}{told[1:]}.\n{lacks}"


def _operations(contract: Contract, overlay: Overlay) -> str:
    """A base request for every operation, made from its required members."""
    known = replace(contract, overlay=overlay)
    lines = ["      operations:\n"]
    for name, operation in contract.operations.items():
        allowed = overlay.words_of(name).empty_object_allowed
        found = contract.found.by_operation.get(name)
        if found is not None:
            told = "; ".join(" ".join(one.split())[:100] for one in found.instead_of)
            lines.append(f"        # Found by trying, after: {told}\n")
        words = OperationWords(base=valid_request(known, operation), empty_object_allowed=allowed)
        lines.append(_block({name: words}, 8))
    return "".join(lines)


def _block(value: Any, indent: int) -> str:
    """YAML, indented; the innermost mappings on one line."""
    text = yaml.safe_dump(
        msgspec.to_builtins(value),
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
        default_flow_style=None,
    )
    return textwrap.indent(text, " " * indent)
