"""Named choices that the documents leave open, beyond those that this server always makes."""

from __future__ import annotations

READINGS = {
    "shy": "short polls of standard queues find nothing now and then, and never more than one",
    "twice": "standard queues deliver a message a second time now and then",
    "lagging": "what was changed is seen a second later, in lists, attributes and counts",
    "newborn": "a queue is not there for a second after it was made",
    "more": "answers, attributes of queues and those of messages have members that no page lists",
    "lasting": "deleted queues answer for some seconds, and purges take effect as late",
    "nulls": "what is not there is said as null, and lists of nothing as empty lists",
    "short-codes": "errors have the codes of the query protocol, without a namespace",
    "other-codes": "another of the errors that a page has for what is wrong",
    "terse": "no message with an error, no member that is not required",
    "strict-names": "what a page does not list is refused: attribute names to receive",
    "old-queues": "queue URLs have the legacy host, and permissions a list for one action",
    "policed": "a topic reaches only queues whose policies let it",
    "pages": "pages hold fewer entries than they may",
}


class Readings(frozenset[str]):
    """The readings that are on; an unknown name is an error."""

    def on(self, name: str) -> bool:
        if name not in READINGS or not self <= READINGS.keys():
            raise ValueError(f"no such reading: {sorted({name, *self} - READINGS.keys())}")
        return name in self
