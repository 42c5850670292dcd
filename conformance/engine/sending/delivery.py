"""Which trouble on the way to a target is repeated, and where.

| trouble | what is sent again | where |
|---|---|---|
| the target throttles, or says to come again | the request, after a pause | ``transport.retry`` |
| a kept connection had ended | the request, over a new one | ``transport.http`` |
| connections are refused after an answer | the request, which was not sent | ``liveness`` |
| the connection broke | what may be sent twice; a probe on a fresh resource | ``resent``, here |
| the same, in a sequence of a rule | the whole sequence, on new resources | ``RESTARTS``, here |
| no answer in time | the same on fresh resources | ``repeats_of_silence``, here |
| a new resource is not found yet | the request, until it has arrived | ``settling`` |
"""

from collections.abc import Callable
from typing import TypeVar

from conformance.contract.inference.naming import looks_only
from conformance.contract.model import Contract, Operation
from conformance.engine.sending.patience import is_brief
from conformance.transport.exchange import Exchange, FailureKind
from conformance.transport.parsed_response import ParsedResponse

RESENDS = 2
"""How often a request is sent again whose connection broke before the answer was there."""
RESTARTS = 3
"""How often a sequence begins anew whose connection broke."""
REPEATABLE = frozenset({"GET", "PUT", "PATCH"})
"""Methods whose requests may be sent again."""

Sent = TypeVar("Sent")


def resent(
    sent: Sent, again: Callable[[Sent], Sent], failed: Callable[[Sent], bool], times: int = RESENDS
) -> Sent:
    """What was sent, or the first of at most ``times`` more that did not fail, else the last."""
    for _ in range(times):
        if not failed(sent):
            break
        sent = again(sent)
    return sent


def connection_broke(exchange: Exchange) -> bool:
    """True when the connection broke, so that it is unknown whether the request was carried out."""
    return exchange.failure is not None and exchange.failure.kind is FailureKind.RESET


def only_reads(contract: Contract, operation: Operation) -> bool:
    """Whether a request changes nothing, which in most protocols only the name says."""
    looks = looks_only(operation.name) or operation.method == "GET"
    return looks or _lists(contract, operation)


def is_repeatable(contract: Contract, operation: Operation) -> bool:
    """True when a request may be sent twice and is answered as if it were sent once."""
    return operation.method in REPEATABLE or _lists(contract, operation)


def _lists(contract: Contract, operation: Operation) -> bool:
    kinds = contract.overlay.kinds().values()
    return any(operation.name in {one.list, *one.also_listed_by} for one in kinds)


# One failure proves little: it counts when it comes again, on resources that are made for that.

RULES = {"one-connection": 2}
"""How often rules over several requests must break again, where that is not once: what becomes of a
connection may be a passing trouble."""

Seen = TypeVar("Seen")


def confirm(again: Callable[[], Seen | None], times: int = 1) -> Seen | None:
    """The last of several repeated failures; None as soon as ``again`` brings none about."""
    seen = None
    for _ in range(times):
        seen = again()
        if seen is None:
            return None
    return seen


def repeats_of(first: ParsedResponse) -> int:
    """How often a failure must repeat: a server error or silence may be a passing trouble."""
    return 2 if unreliable(first) else 1


def not_repeated(seen: str) -> str:
    """The reason of a failure that did not come again."""
    return f"did not repeat on a fresh resource: {seen}"


def repeats_of_silence(exchange: Exchange) -> int:
    """How often a silent request is repeated; once less after others were waited for in vain."""
    return 1 if is_brief(exchange) else 2


def unreliable(answer: ParsedResponse) -> bool:
    """True for what may be a passing trouble of the target."""
    return answer.server_error or answer.broken_off
