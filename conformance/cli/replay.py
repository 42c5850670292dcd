"""``conformance replay``: send one failing case of a record again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.configured import own_targets
from conformance.cli.options import ca_bundle_option, header_option, parse_headers, timeout_option
from conformance.errors import BadInput
from conformance.record import Record, VerdictLine, read_record
from conformance.runs.access import Access, gain_access
from conformance.transport import endpoint
from conformance.transport.targets.known import KNOWN

if TYPE_CHECKING:
    from conformance.engine.replay import Replayed
    from conformance.engine.secrets.masking import Masker


@click.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.argument("requirement")
@click.option("--target", help="Send it to this target (default: the target of the record).")
@timeout_option
@ca_bundle_option
@header_option
def command(
    record: Path,
    requirement: str,
    target: str | None,
    timeout: float,
    ca_bundle: Path | None,
    headers: tuple[str, ...],
) -> None:
    """Send the requests again that made REQUIREMENT fail, as RECORD has them.

    Exit status: 1 if the answer is the same as in the record, 0 if it is different.
    """
    from conformance.engine.secrets.masking import LEAST_CREDENTIAL

    read = read_record(record)
    line = _line(read, requirement)
    recorded = read.run.target
    name = target or (recorded.name if recorded.name in KNOWN else recorded.url) or "reference"
    extra = parse_headers(headers)
    with endpoint.open_target(name, ca_bundle=ca_bundle, own=own_targets(name)) as reached:
        access = gain_access(reached, timeout=timeout, ca_bundle=ca_bundle, headers=extra)
        done, masker = _replay(line, access)
    for secret in extra.secrets:
        masker.learn(secret, LEAST_CREDENTIAL)
    for one in done:
        masker.learn_signature(one.exchange.request)
        _show(one, masker)
    last = done[-1]
    click.echo(f"expected {last.recorded.expected}; recorded {last.recorded.seen}")
    click.echo("the answer is the same" if last.same else "the answer is different now")
    sys.exit(1 if last.same else 0)


def _line(read: Record, requirement: str) -> VerdictLine:
    """The verdict of a requirement that can be sent again. Raises BadInput."""
    line = next((one for one in read.verdicts if one.requirement == requirement), None)
    if line is None:
        why = "it is not in the record"
    elif not line.evidence:
        why = f"its verdict is {line.verdict}, without evidence"
    elif any(one.request.cut for one in line.evidence):
        why = "the record has only the beginning of a request body"
    else:
        return line
    raise BadInput(
        f"nothing to send again for {requirement}: {why}",
        "`conformance report RECORD -v` lists the failures of a record",
    )


def _replay(line: VerdictLine, access: Access) -> tuple[list[Replayed], Masker]:
    from conformance.engine.replay import replay
    from conformance.engine.secrets.masking import Masker
    from conformance.engine.sending.channel import SignedChannel
    from conformance.transport.signing import DIGEST, S3, Signer

    signing = line.evidence[-1].request.signing
    service = signing.service if signing else line.service
    heads = {name.lower() for name in line.evidence[-1].request.headers}
    version = S3 if DIGEST.lower() in heads else ""
    signer = Signer(access.credentials, access.region, service, version)
    masker = Masker()
    masker.learn_credentials(access.credentials)
    return replay(line.evidence, SignedChannel(access.url, signer, access.transport)), masker


def _show(one: Replayed, masker: Masker) -> None:
    request = one.exchange.request
    body = (request.body or b"").decode("utf-8", "replace")
    click.echo(f"{one.recorded.role}: {request.method} {request.url}")
    if body:
        click.echo(f"  {body[:500]}")
    click.echo(f"  -> {masker.mask(one.answer.told())}")
