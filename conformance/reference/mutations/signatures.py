"""Faults in the checking of signatures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.faults import InjectedFault
from conformance.reference.outcome import Refusal

_EVER = float("inf")


def _fault(name: str, summary: str, **checks: Any) -> InjectedFault:
    return InjectedFault(
        f"signature:{name}", "authentication", summary,
        checks=lambda honest: replace(honest, **checks),
    )  # fmt: skip


def _told(status: int | None = None, code: str | None = None) -> dict[str, Any]:
    def refuse(refusal: Refusal) -> Refusal:
        return replace(refusal, status=status or refusal.status, code=code or refusal.code)

    return {"refuse": refuse}


FAULTS = (
    _fault(
        "missing",
        "Nothing about a signature is checked.",
        presence=False, form=False, key=False, signature=False, oldest=_EVER, earliest=_EVER,
    ),
    _fault("unsigned-served", "A request without a signature is served.", presence=False),
    _fault("unknown-key-served", "An unknown access key is accepted.", key=False),
    _fault("not-compared", "The signature is read, and never compared.", signature=False),
    _fault(
        "with-body-not-compared",
        "The signature of a request with a body is never compared.",
        signature_with_body=False,
    ),
    _fault("expired-served", "A signature of any age is taken.", oldest=_EVER),
    _fault("future-served", "A signature for any time to come is taken.", earliest=_EVER),
    _fault("malformed-served", "A header that cannot be read is taken for right.", form=False),
    _fault("status-400", "Signatures are refused with status 400.", **_told(status=400)),
    _fault("status-401", "Signatures are refused with status 401.", **_told(status=401)),
    _fault("status-500", "Signatures that are not right are answered with 500.", **_told(500)),
    _fault(
        "code-of-its-own",
        "Signatures are refused with a code that AWS does not have.",
        **_told(code="SignatureError"),
    ),
)  # fmt: skip
