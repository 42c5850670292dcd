"""What a run makes on a target that outlives it: written down before the request is sent.

A journal is one JSON Lines file a run. Its lines are values (``lines``), a run appends to it
(``writer``), and the clean-up reads it afterwards (``reader``). It holds names and
identifiers, never a key's value or a credential.
"""

from conformance.engine.journal.errors import InUse, JournalProblem
from conformance.engine.journal.lines import Creation, Header
from conformance.engine.journal.state import State
from conformance.engine.journal.writer import Journal

__all__ = ["Creation", "Header", "InUse", "Journal", "JournalProblem", "State"]
