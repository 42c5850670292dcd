"""From a service's spec and overlay: its operations, its limits and its requirements."""

from conformance.contract.load import UnknownService, load_contract, merged_spec
from conformance.contract.model import Contract, Level, Operation
from conformance.contract.shapes import SpecProblem

__all__ = [
    "Contract",
    "Level",
    "Operation",
    "SpecProblem",
    "UnknownService",
    "load_contract",
    "merged_spec",
]
