"""What a run makes on a target that outlives it: written down before the request is sent.

A journal is one JSON Lines file a run. Its lines are values (``lines``); a run appends to it, and
the clean-up reads it afterwards (``file``). It holds names and identifiers, never a key's value
or a credential.
"""

from conformance.engine.journal.file import Journal
from conformance.engine.journal.lines import Creation, Header, InUse, JournalProblem, State

__all__ = ["Creation", "Header", "InUse", "Journal", "JournalProblem", "State"]
