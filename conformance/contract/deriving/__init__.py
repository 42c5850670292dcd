"""Pages of API references to OpenAPI: one document a service, each constraint with its source."""

from conformance.contract.deriving.assemble import assemble, by_service
from conformance.contract.deriving.writing import as_yaml, write_all
from conformance.documents.page_model import ServicePages

__all__ = ["ServicePages", "as_yaml", "assemble", "by_service", "write_all"]
