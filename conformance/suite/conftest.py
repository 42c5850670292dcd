"""What ``pytest --pyargs conformance.suite --conformance-target URL`` collects."""

from conformance.suite import Suite

conformance = Suite()
