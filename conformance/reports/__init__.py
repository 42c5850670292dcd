"""Reports on a run, each made from its record alone.

Nothing is imported until it is used: a run that writes no HTML does not load Jinja2.
"""

from importlib import import_module
from pathlib import Path

from conformance.record import Record
from conformance.reports.files import write_report


def write(kind: str, record: Record, path: str | Path) -> None:
    """Write an html, junit, markdown, ctrf or allure report. Raises UnwritableReport."""
    module = import_module(f"conformance.reports.{kind}")
    if kind == "allure":
        module.write_allure(record, path)
    else:
        write_report(path, getattr(module, f"render_{kind}")(record))
