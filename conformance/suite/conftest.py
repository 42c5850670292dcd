"""What ``pytest --pyargs conformance.suite --conformance-target URL`` collects."""

from __future__ import annotations

from conformance.suite import Suite

conformance = Suite()
