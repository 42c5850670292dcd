"""What the pages of one service state together, before a spec is made of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.documents.model import Document
from conformance.documents.page_model import ErrorEntry, OperationPage, PatchRow, StructurePage

API_VERSION = re.compile(r"goto/[A-Za-z0-9]+/[a-z0-9.-]+?-(\d{4}-\d{2}-\d{2})/")
SERVICE_TITLE = re.compile(
    r"\s*(?:<title>)?\s*[A-Za-z]\w* - ((?:Amazon|AWS) [A-Za-z0-9 ()-]{2,60})"
)


@dataclass(slots=True)
class ServicePages:
    """What the documents of a service state, and what was noticed while reading."""

    service: str
    documents: list[Document] = field(default_factory=list)
    operations: dict[str, OperationPage] = field(default_factory=dict)
    structures: dict[str, StructurePage] = field(default_factory=dict)
    patches: dict[str, tuple[PatchRow, ...]] = field(default_factory=dict)
    common_errors: dict[str, ErrorEntry] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    recoveries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stated_title: str = ""
    stated_version: str = ""
    signing: Mapping[str, str] = field(default_factory=dict)
    """The signing name and what AWS's hosts begin with; pages do not state it, models do."""
    model: str = ""
    """The SDK model that the pages are of, where somebody named it."""

    protocol: str | None = None
    """The name of the protocol; None where it is restJson1."""

    def shown(self, document: str) -> str:
        """What messages call a document: its path as given, else its name."""
        return next((one.shown for one in self.documents if one.name == document), document)

    @property
    def title(self) -> str:
        """The name of the service as a page's title has it, else its identifier."""
        if self.stated_title:
            return self.stated_title
        for document in self.documents:
            match = SERVICE_TITLE.search(document.text[:20_000])
            if match:
                return match[1].strip()
        return self.service

    @property
    def version(self) -> str:
        """The API version that links of the pages state, else a digest of the documents."""
        if self.stated_version:
            return self.stated_version
        stated: set[str] = {v for d in self.documents for v in API_VERSION.findall(d.text)}
        if len(stated) == 1:
            return stated.pop()
        together = "".join(document.sha256 for document in self.documents)
        return f"documents-{hashlib.sha256(together.encode()).hexdigest()[:12]}"
