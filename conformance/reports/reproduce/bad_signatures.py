"""Requests that were signed wrongly on purpose, as far as a script can sign them so again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.record import RecordedSigning

NOT_SO = "signed wrongly on purpose ({fault}): only `conformance replay` sends it so"


class Keys(StrEnum):
    """Whose keys a script signs with."""

    OWN = "own"
    NOBODYS = "nobody's"
    WRONG_SECRET = "wrong secret"  # noqa: S105 - a word
    WITHOUT_TOKEN = "without token"  # noqa: S105 - a word


@dataclass(frozen=True, slots=True)
class Signature:
    """How a step is signed: ``signing`` None where it is not, ``note`` where no script can."""

    signing: RecordedSigning | None = None
    keys: Keys = Keys.OWN
    header: tuple[str, str] | None = None
    """One more header."""
    note: str = ""


def signature(signing: RecordedSigning | None) -> Signature:
    """What a script has to do for a request that was signed so."""
    if signing is None or signing.fault is None:
        return Signature(signing)
    plain = replace(signing, fault=None)
    known = {
        "unsigned": Signature(),
        "cut-header": Signature(header=("Authorization", _cut(plain))),
        "header-without-pairs": Signature(
            header=("Authorization", "AWS4-HMAC-SHA256 Credential")
        ),
        "unknown-key": Signature(plain, Keys.NOBODYS),
        "wrong-secret": Signature(plain, Keys.WRONG_SECRET),
        "no-region": Signature(replace(plain, region="xx-nowhere-1")),
        "other-service": Signature(replace(plain, service="sts")),
        "without-token": Signature(plain, Keys.WITHOUT_TOKEN),
    }  # fmt: skip
    return known.get(signing.fault, Signature(note=NOT_SO.format(fault=signing.fault)))


def _cut(signing: RecordedSigning) -> str:
    scope = f"{signing.region}/{signing.service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential=AKIACONFORMANCE22222/20260101/{scope}"
