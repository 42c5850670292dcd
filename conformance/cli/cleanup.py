"""``conformance cleanup``: delete what an interrupted run left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import print_error
from conformance.cli.options import ca_bundle_option, rate_option, timeout_option
from conformance.errors import BadInput, CouldNotTest
from conformance.runs.access import Access, gain_access
from conformance.runs.journals import FOLDER
from conformance.transport import aws, endpoint

if TYPE_CHECKING:
    from conformance.engine.journal import Journal
    from conformance.engine.resources.companions import Companions
    from conformance.engine.safety.cleanup import CleanupResult


@click.command()
@click.argument("target", required=False)
@click.option(
    "--journal", "journals", multiple=True, type=click.Path(path_type=Path),
    help="The journal of the run (repeatable; default: all journals).",
)  # fmt: skip
@timeout_option
@rate_option
@click.option(
    "--endpoint-url", metavar="URL", help="On aws: send all requests to this URL instead."
)
@ca_bundle_option
def command(
    target: str | None,
    journals: tuple[Path, ...],
    timeout: float,
    rate: float | None,
    endpoint_url: str | None,
    ca_bundle: Path | None,
) -> None:
    """Delete what interrupted runs on TARGET (default: any target) left behind.

    Deletes only what the journal of a run proves to be its own. Exit status: 0 nothing is left, 1
    something is left, 2 bad usage or input, 3 the target cannot be reached.
    """
    from conformance.engine.journal import Journal

    code = 0
    for path in journals or _found():
        if not path.exists():
            hint = f"without --journal the command reads all journals in {FOLDER}"
            raise BadInput(f"there is no journal at {path}", hint)
        try:
            journal = Journal.resume(path)
            if journal is None:
                click.echo(f"{path}: the run ended before it created anything")
                path.unlink()
                continue
            if target and not journals and journal.header.target != target:
                journal.close()
                continue
            how = {"timeout": timeout, "ca_bundle": ca_bundle, "rate": rate}
            code = max(code, _clean(journal, target, endpoint_url, how))
        except CouldNotTest as problem:
            # The other runs' journals are none the worse for it.
            print_error(str(problem), problem.hint)
            code = problem.exit_code
    sys.exit(code)


def _found() -> Iterator[Path]:
    found = sorted(FOLDER.glob("*.jsonl"))
    if not found:
        click.echo(f"no run left a journal in {FOLDER}")
    yield from found


def _clean(
    journal: Journal, target: str | None, endpoint_url: str | None, how: dict[str, Any]
) -> int:
    """Delete what a journal has; ``how`` are the options of the access."""
    from conformance.engine.safety.run_safety import sweep_report

    header = journal.header
    on_aws = header.target == aws.NAME
    try:
        if on_aws:
            access = _cloud(journal, endpoint_url, how)
        else:
            url = target or header.target
            with endpoint.open_target(url, ca_bundle=how["ca_bundle"]) as reached:
                access = gain_access(reached, **how)
        lines, deleted = [], 0
        for service, url in header.urls.items():
            swept = _sweep(journal, service, url if on_aws else access.url, access)
            deleted += len(swept.deleted)
            lines += [f"{service}: {line}" for line in sweep_report(swept, "resource")]
        if not on_aws:
            count, stayed = _companions(journal, access).sweep()
            deleted += count
            lines += [f"could not delete {one}" for one in stayed]
    finally:
        left = journal.close()
    ending = "something is left, so the journal stays" if left else "nothing is left"
    click.echo(f"{journal.path}: deleted {deleted}; {ending}")
    for line in lines:
        click.echo(f"  {line}")
    return 1 if left else 0


def _companions(journal: Journal, access: Access) -> Companions:
    """The resources that the run made in other services; a run on AWS makes none."""
    from conformance.engine.resources.companions import Companions
    from conformance.engine.resources.names import Names
    from conformance.engine.resources.sdk_calls import SdkCaller

    region = journal.header.region
    caller = SdkCaller(access.url, access.credentials, region, access.transport)
    return Companions(Names(journal.header.nonce), region, caller, journal)


def _cloud(journal: Journal, endpoint_url: str | None, how: dict[str, Any]) -> Access:
    """Access to AWS, if it is the account of the run. Raises WrongAccount, UnknownIdentity."""
    from conformance.cli.aws import patient
    from conformance.contract.load import load_contract
    from conformance.transport.credentials import find_credentials

    header = journal.header
    credentials, _ = find_credentials(is_loopback=False)
    cloud = aws.Cloud(header.region, credentials, endpoint_url)
    aws.hold_to(header.account or "", cloud.account(timeout=how["timeout"]))
    at = [(url, load_contract(name)) for name, url in header.urls.items()]
    return Access("", credentials, header.region, patient(at, **how))


def _sweep(journal: Journal, service: str, url: str, access: Access) -> CleanupResult:
    from conformance.contract.load import load_contract
    from conformance.engine.resources.names import Names
    from conformance.engine.safety.run_safety import RunSafety
    from conformance.engine.sending.channel import SignedChannel
    from conformance.transport.signing import Signer

    contract = load_contract(service)
    signer = Signer(
        access.credentials,
        journal.header.region,
        contract.signing_name,
        contract.signature_version,
    )
    safety = RunSafety(journal, Names(journal.header.nonce), strict=True)
    guarded = safety.guarded(contract, url, signer, access.transport)
    return safety.sweep(contract, SignedChannel(url, signer, guarded))
