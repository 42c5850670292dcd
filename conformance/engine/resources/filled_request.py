"""Makes the bytes of a request out of the template of a probe."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.engine.resources.placeholders import Placeholders
from conformance.engine.resources.run_tag import RunTag
from conformance.engine.sending.exchange_log import RunResource
from conformance.engine.sending.patience import Patience, kinds_of_request
from conformance.plan.probes import Probe
from conformance.plan.spelling import respelt
from conformance.transport.protocols.registry import USUAL, of, wire
from conformance.transport.protocols.seam import WireRequest


@dataclass(frozen=True, slots=True)
class FilledRequest:
    """A probe that is ready to be sent: its members, its bytes, and whom it speaks of."""

    probe: Probe
    values: Mapping[str, Any]
    request: WireRequest
    resource: RunResource | None
    parents: Mapping[str, RunResource]


class RequestFiller:
    """Fills the templates of one service, puts the tag of the run on, and sets the time limit."""

    def __init__(self, placeholders: Placeholders, tag: RunTag | None, patience: Patience) -> None:
        self._placeholders, self._tag, self._patience = placeholders, tag, patience

    def fill(
        self, probe: Probe, resource: RunResource | None, parents: Mapping[str, RunResource]
    ) -> FilledRequest:
        """The request of a probe, for a resource and those of other kinds."""
        fill = self._placeholders.fill_for
        values: dict[str, Any] = fill(self._placeholders.tag(probe.values, {}), resource, parents)
        if self._tag is not None and probe.raw is None:
            values = self._tag.add_to(probe.operation, values)
        raw = probe.raw
        if raw is not None and b"${" in raw and of(probe.operation.protocol).fillable:
            written = respelt(raw, probe.values, values).decode()
            raw = fill(written, resource, parents).encode(errors="surrogatepass")
        form = probe.form or USUAL
        if form.path:
            form = replace(form, path=fill(form.path, resource, parents))
        within = self._patience.within(kinds_of_request(probe))
        request = wire(probe.operation, values, raw, form)
        if within is not None:
            request = replace(request, within=within)
        return FilledRequest(probe, values, request, resource, parents)
