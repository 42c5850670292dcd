"""A published API reference: its index and every page that this links, fetched politely.

Politely means: robots.txt first, then from the index's own host and folder only what that does not
exclude, one request at a time with a pause between two, and nothing twice: what was fetched is kept
in a folder, from which an interrupted run goes on.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import requests

from conformance.cache_folder import cache_folder, write_whole
from conformance.documents.problems import NotFetched, UnreadableDocument
from conformance.documents.sources import HEADERS, MAX_BYTES

AGENT = "conformance"
"""What robots.txt may call us by."""
TIMEOUT = 30.0
REDIRECTS = 5
ATTEMPTS = 3
BUSY = {429, 502, 503, 504}
SERVER_ERROR = 500
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """How a reference is fetched: the folder of the cache, and seconds between two requests.

    ``progress`` gets the number of pages read, of pages known, and the address.
    """

    cache: Path
    delay: float = 0.5
    refresh: bool = False
    progress: Callable[[int, int, str], None] = lambda _done, _known, _address: None


def usual_cache() -> Path:
    """Where fetched pages are kept by default: below the user's cache folder."""
    return cache_folder("references")


@dataclass(slots=True)
class Fetcher:
    """Fetches pages, each once; ``_fetched`` is what this run has fetched."""

    how: CrawlOptions
    _fetched: dict[str, bytes | UnreadableDocument | NotFetched] = field(default_factory=dict)
    _session: requests.Session = field(default_factory=requests.Session)
    _robots: dict[str, RobotFileParser] = field(default_factory=dict)
    _last: float = 0.0

    def page(self, address: str) -> bytes:
        """A page, from this run, the cache or its site. Raises NotFetched, UnreadableDocument."""
        address = urldefrag(address).url
        if address not in self._fetched:
            try:
                self._fetched[address] = self._page(address)
            except (UnreadableDocument, NotFetched) as problem:
                self._fetched[address] = problem
        found = self._fetched[address]
        if isinstance(found, bytes):
            return found
        raise found

    def close(self) -> None:
        self._session.close()

    def _page(self, address: str) -> bytes:
        kept = self._kept(address)
        if kept.is_file() and not self.how.refresh:
            return kept.read_bytes()
        content = self._get(address)
        write_whole(kept, content)
        return content

    def _kept(self, address: str) -> Path:
        parts = urlsplit(address)
        name = re.sub(r"[^A-Za-z0-9._-]", "_", parts.path.rsplit("/", 1)[-1]) or "index.html"
        digest = hashlib.sha256(address.encode()).hexdigest()[:16]
        host = re.sub(r"[^A-Za-z0-9.-]", "_", parts.netloc)
        return self.how.cache / host / f"{digest}-{name[-80:]}"

    def _rules(self, address: str) -> RobotFileParser:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            rules = RobotFileParser()
            rules.parse(self._robots_lines(f"{origin}/robots.txt"))
            self._robots[origin] = rules
        return self._robots[origin]

    def _robots_lines(self, address: str) -> list[str]:
        """The rules of a site, as RFC 9309 has it.

        A site without the file excludes nothing, one that fails to give it everything. A file that
        lies on another host counts as none.
        """
        try:
            answer, _ = self._followed(address, None)
        except NotFetched:
            return []
        if answer.ok:
            return _content(address, answer).decode("utf-8-sig", "replace").splitlines()
        answer.close()
        return ["User-agent: *", "Disallow: /"] if answer.status_code >= SERVER_ERROR else []

    def _get(self, address: str) -> bytes:
        """The body of an answer with status 200, after redirections on the same host.

        Where those end at what was fetched before, that is the body.
        """
        answer, at = self._followed(address, self._rules(address))
        known = self._fetched.get(at)
        if isinstance(known, bytes):
            return known
        if not answer.ok or answer.is_redirect:
            answer.close()
            raise UnreadableDocument(address, None, "status 200", str(answer.status_code))
        content = _content(address, answer)
        if at != address:
            self._fetched[at] = content
            write_whole(self._kept(at), content)
        return content

    def _followed(
        self, address: str, rules: RobotFileParser | None
    ) -> tuple[requests.Response, str]:
        """The answer where redirections on the same host end, and its address."""
        host = urlsplit(address).netloc
        at = address
        for _ in range(REDIRECTS):
            if rules is not None and not rules.can_fetch(AGENT, at):
                raise NotFetched(address, None, "a page that robots.txt allows", "excluded")
            answer = self._patiently(at)
            if not answer.is_redirect:
                break
            answer.close()
            at = urldefrag(urljoin(at, answer.headers["location"])).url
            if urlsplit(at).netloc != host:
                raise NotFetched(address, None, f"a page of {host}", f"a redirection to {at}")
            if isinstance(self._fetched.get(at), bytes):
                break
        return answer, at

    def _patiently(self, address: str) -> requests.Response:
        """One answer; a busy site is retried when it says."""
        for attempt in range(ATTEMPTS):
            self._pause(address)
            try:
                answer = self._session.get(
                    address, timeout=TIMEOUT, allow_redirects=False, stream=True, headers=HEADERS
                )
            except requests.RequestException as error:
                found = type(error).__name__
                raise UnreadableDocument(address, None, "an answer", found) from error
            if answer.status_code not in BUSY or attempt == ATTEMPTS - 1:
                break
            answer.close()
            stated = answer.headers.get("retry-after", "")
            usual = self.how.delay * 2.0 ** (attempt + 1)
            time.sleep(min(LONGEST_PAUSE, float(stated) if stated.isdigit() else usual))
        return answer

    def _pause(self, address: str) -> None:
        rules = self._robots.get("://".join(urlsplit(address)[:2]))
        wanted = float(rules.crawl_delay(AGENT) or 0) if rules else 0.0
        pause = min(LONGEST_PAUSE, max(self.how.delay, wanted))
        time.sleep(max(0.0, self._last + pause - time.monotonic()))
        self._last = time.monotonic()


def _content(address: str, answer: requests.Response) -> bytes:
    """The body of an answer, of bounded size."""
    with answer:
        content: bytes = answer.raw.read(MAX_BYTES + 1, decode_content=True)
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(address, None, f"at most {MAX_BYTES} bytes", "more")
    return content


Follow = Callable[[str, bytes], Iterator[str]]
"""Says which addresses a page leads to, where it is one that leads to others."""


def crawl(
    index: str, fetcher: Fetcher, follow: Follow
) -> Iterator[tuple[str, bytes | UnreadableDocument | NotFetched]]:
    """The index and every page it links, and those that further lists of contents link.

    Gives each page's address with its bytes, or with what kept it from being fetched.
    """
    known = [index]
    for done, address in enumerate(known):  # which grows meanwhile
        fetcher.how.progress(done, len(known), address)
        try:
            content = fetcher.page(address)
        except (UnreadableDocument, NotFetched) as problem:
            yield address, problem
            continue
        yield address, content
        known += [one for one in dict.fromkeys(follow(address, content)) if one not in known]
