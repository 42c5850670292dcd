"""The result, for programs and for people."""

from collections.abc import Iterator
from typing import Any

from conformance import __version__
from conformance.runs.mutants.running import Campaign
from conformance.runs.mutants.values import MutantPlan, MutantStatus, Result, by_kind, rate

FORMAT = 1
"""The version of the result file's format."""

_SHOWN = 3
"""Requirements shown of a mutant that was killed by others than meant."""


def as_json(campaign: Campaign, plan: MutantPlan) -> dict[str, Any]:
    """What ``schema.json`` describes."""
    groups = by_kind(campaign.results)
    return {
        "format": FORMAT,
        "tool": __version__,
        "profile": plan.profile,
        "seed": plan.seed,
        "seconds": round(campaign.seconds, 3),
        "interrupted": campaign.interrupted,
        "summary": rate(campaign.results).as_json(),
        "kinds": {kind: rate(results).as_json() for kind, results in groups.items()},
        "mutants": [result.as_json() for result in campaign.results],
    }


def lines(campaign: Campaign) -> Iterator[str]:
    """What a person reads: rates by kind, then what was not killed by name."""
    groups = by_kind(campaign.results)
    width = max([len("all"), *map(len, groups)])
    yield f"{'kind':<{width}}  mutants  killed  not by name  survived  kill rate"
    for kind, results in (*groups.items(), ("all", campaign.results)):
        yield _row(f"{kind:<{width}}", results)
    for fate, heading in _HEADINGS.items():
        found = [one for one in campaign.results if one.fate is fate]
        if found:
            yield ""
            yield f"{heading} ({len(found)})"
            for result in found:
                yield from _about(result)


_HEADINGS = {
    MutantStatus.SURVIVED: "Survived",
    MutantStatus.MISNAMED: "Killed, but not by name",
    MutantStatus.ERROR: "Not decided: the run could not test",
}


def _row(kind: str, results: tuple[Result, ...]) -> str:
    found = rate(results)
    survived = found.of - found.killed - found.misnamed
    share = f"{found.percent:>7.1f} %" if found.of else f"{'none':>9}"
    return f"{kind}  {found.of:>7}  {found.killed:>6}  {found.misnamed:>11}  {survived:>8}  {share}"


def _about(result: Result) -> Iterator[str]:
    yield f"  {result.mutant.id}"
    yield f"      {result.mutant.summary}"
    if result.fate is MutantStatus.ERROR:
        yield f"      {result.ran.problem}"
    elif result.fate is MutantStatus.MISNAMED:
        shown = result.ran.failures[:_SHOWN]
        more = len(result.ran.failures) - len(shown)
        yield f"      failed: {', '.join(shown)}{f' and {more} more' if more else ''}"
    if result.fate is not MutantStatus.ERROR:
        yield f"      meant:  {', '.join(result.mutant.killers)}"
