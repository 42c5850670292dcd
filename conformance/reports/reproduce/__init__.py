"""Scripts that send the exchanges of a verdict again: as curl lines and as Python."""

from conformance.reports.reproduce.curl import curl_script
from conformance.reports.reproduce.python import python_script
