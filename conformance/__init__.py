"""Says which statements of an AWS API reference hold on an HTTP endpoint, and proves it."""

__version__ = "0.1.0"
