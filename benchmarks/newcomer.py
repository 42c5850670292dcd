"""``python -m benchmarks.newcomer``: from a fresh environment with moto to a first league page.

Told are the seconds of the two commands that the README gives: the installation and the campaign.
The environment and moto in it are made before, and are not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Install, run, print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="conformance-newcomer-") as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, "moto[server]"], folder)
        took = {
            "install_seconds": _run([*pip, f"{ROOT}[campaign]"], folder),
            "campaign_seconds": _run([str(programs / "conformance"), "campaign", "moto"], folder),
        }
        page = folder / "campaign" / "site" / "index.html"
        told = {"page_bytes": page.stat().st_size, "load": round(os.getloadavg()[0], 1)}
        print(json.dumps({**took, "seconds": round(sum(took.values()), 1), **told}))


def _run(command: list[str], folder: Path) -> float:
    """The seconds of a command in a folder, with a cache of its own that is empty at first."""
    own = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    began = time.monotonic()
    subprocess.run(command, cwd=folder, env=own, check=True)
    return round(time.monotonic() - began, 1)


if __name__ == "__main__":
    main()
