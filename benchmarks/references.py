"""``python -m benchmarks.references``: what reading whole API references costs.

Derives from 250, 500 and 1,000 generated pages (QuickSight's operations and types, one of the
largest references there are) and prints seconds and memory of each: they should grow as the pages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import islice
from pathlib import Path

from benchmarks.child import measure
from benchmarks.pages import written
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.references", description=__doc__)
    parser.add_argument("--service", default="quicksight")
    parser.add_argument("pages", nargs="*", type=int, default=[250, 500, 1000])
    given = parser.parse_args()
    texts = written(model_pages(load_model(given.service), given.service))
    print(f"{'pages':>6}{'seconds':>10}{'MiB':>8}")
    for count in given.pages:
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder) / given.service
            pages.mkdir()
            for name, text in islice(texts.items(), count):
                (pages / name).write_text(text, encoding="utf-8")
            command = [sys.executable, "-m", "conformance", "derive", str(pages)]
            found = measure([*command, "-o", str(Path(folder) / "o.yaml")], "written to", ROOT)
        if found.status:
            sys.exit(found.output[-2000:])
        print(f"{count:>6}{found.seconds:>10.1f}{found.memory or 0:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
