"""Builds the site: services side by side in several processes, then the pages about all of them."""

import gc
import json
import multiprocessing
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import BadInput
from conformance.record import ServiceScore, total
from conformance.reports.badge import Badge, message, render_svg
from conformance.reports.site import rendering
from conformance.reports.site.record_stream import (
    Entry,
    League,
    file_name,
    find_runs,
    league_of,
    operation_file,
)
from conformance.reports.site.service_history import ServiceHistory
from conformance.reports.site.service_pages import write_service

MARK = ".conformance-site"
"""A file that says that a folder is a site: only such a folder is replaced."""
TITLE = "Conformance of AWS emulators"
_GOOD, _FAIR = 99.0, 90.0
_FEW = 4
"""For fewer services, other processes are not worth starting."""


@dataclass(eq=False)
class NotASite(BadInput):
    """The folder to write to has something else in it."""

    hint = "give a new or empty folder, or one with an earlier site"

    path: Path

    def __str__(self) -> str:
        return f"{self.path} is neither empty nor an earlier site"


@dataclass(frozen=True, slots=True)
class Site:
    """What was built."""

    folder: Path
    targets: int
    services: int
    records: int


def build_site(
    records: Path, folder: Path, *, title: str = TITLE, workers: int | None = None
) -> Site:
    """Build the site of all records below a folder. Raises NotASite, RecordProblem."""
    runs = find_runs(records)
    _check(folder)
    league = league_of(runs)
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    (new / MARK).write_text("")
    standings = {
        (one.target, one.service): one
        for of_service in _services(new, league, workers)
        for one in of_service
    }
    _write_rest(new, league, standings, title)
    if folder.exists():
        shutil.rmtree(folder)
    new.rename(folder)
    return Site(folder, len(league.targets), len(league.services), len(runs))


def _check(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or _has_other_things(folder)):
        raise NotASite(folder)


def _has_other_things(folder: Path) -> bool:
    return any(folder.iterdir()) and not (folder / MARK).exists()


def _services(folder: Path, league: League, workers: int | None) -> Iterator[list[ServiceHistory]]:
    """Write the pages of every service; yields the standings."""
    jobs = [(folder, service, league.of_service(service)) for service in league.services]
    count = min(workers or os.cpu_count() or 1, len(jobs))
    if count == 1 or len(jobs) < _FEW:
        yield from (write_service(*job) for job in jobs)
        return
    # Spawned, as on every system: a process that is forked while threads run may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=gc.disable) as pool:
        yield from pool.map(_write, jobs, chunksize=1)


def _write(job: tuple[Path, str, Sequence[Entry]]) -> list[ServiceHistory]:
    """Write a service's pages; garbage is collected once a service, not while its rows are made."""
    made = write_service(*job)
    gc.collect()
    return made


def _write_rest(
    folder: Path, league: League, standings: dict[tuple[str, str], ServiceHistory], title: str
) -> None:
    for name in ("style.css", "league.js"):
        rendering.write(folder / name, rendering.asset(name))
    totals = {}
    for target in league.targets:
        own = [one for (name, _), one in standings.items() if name == target]
        totals[target] = total(one.score for one in own)
        _write_target(folder, league, target, own, totals[target])
    columns = [
        {
            "name": name,
            "file": file_name(name),
            "version": league.version(name),
            "total": totals[name],
        }
        for name in league.targets
    ]
    rows = [
        {"service": service, "file": file_name(service),
         "scores": [_score(standings, name, service) for name in league.targets]}
        for service in league.services
    ]  # fmt: skip
    page = rendering.render("index", root="", title=title, columns=columns, rows=rows)
    rendering.write(folder / "index.html", page)
    data = _league_data(league, standings, totals)
    rendering.write(folder / "api" / "league.json", json.dumps(data))


def _score(
    standings: dict[tuple[str, str], ServiceHistory], target: str, service: str
) -> ServiceScore | None:
    found = standings.get((target, service))
    return None if found is None else found.score


def _write_target(
    folder: Path,
    league: League,
    target: str,
    standings: Sequence[ServiceHistory],
    whole: ServiceScore,
) -> None:
    name = file_name(target)
    page = rendering.render(
        "target", root="../", target=target, file=name, version=league.version(target),
        standings=standings, total=whole, file_name=file_name, operation_file=operation_file,
    )  # fmt: skip
    rendering.write(folder / "targets" / f"{name}.html", page)
    badges = folder / "badges"
    rendering.write(badges / f"{name}.svg", render_svg(_badge("conformance", whole)))
    for one in standings:
        text = render_svg(_badge(one.service, one.score))
        rendering.write(badges / name / f"{file_name(one.service)}.svg", text)
    data = {
        "format": 1,
        "target": target,
        "version": league.version(target) or None,
        "score": whole.as_json(),
        "services": list(_target_services(standings)),
    }
    rendering.write(folder / "api" / "targets" / f"{name}.json", json.dumps(data))


def _target_services(standings: Iterable[ServiceHistory]) -> Iterator[dict[str, Any]]:
    for one in standings:
        yield {
            "service": one.service,
            "runs": [past.as_json() for past in one.runs],
            "changes": one.changes.as_json() if one.changes else None,
            "causes": [
                {"title": cause.title, "failures": cause.failures, "example": cause.example}
                for cause in one.causes
            ],
        }


def _badge(label: str, score: ServiceScore) -> Badge:
    percent = score.gate.percent
    if percent is None:
        return Badge(label, "lacks it" if score.is_lacking else "not decided", "lightgrey")
    colour = "brightgreen" if percent >= _GOOD else "yellow" if percent >= _FAIR else "red"
    return Badge(label, message(score), colour)


def _league_data(
    league: League,
    standings: dict[tuple[str, str], ServiceHistory],
    totals: dict[str, ServiceScore],
) -> dict[str, Any]:
    return {
        "format": 1,
        "targets": [
            {"target": name, "version": league.version(name) or None,
             "file": f"targets/{file_name(name)}.json", "score": totals[name].as_json()}
            for name in league.targets
        ],
        "services": [
            {"service": service, "file": f"services/{file_name(service)}.json",
             "scores": {
                 target: score.as_json()
                 for target in league.targets
                 if (score := _score(standings, target, service)) is not None
             }}
            for service in league.services
        ],
    }  # fmt: skip
