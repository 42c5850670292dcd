"""Pages of API references to OpenAPI: one document a service, each constraint with its source."""

from conformance.contract.deriving.assemble import assemble
from conformance.contract.deriving.gather import ServicePages, by_service
from conformance.contract.deriving.writing import as_yaml, write_all

__all__ = ["ServicePages", "as_yaml", "assemble", "by_service", "write_all"]
