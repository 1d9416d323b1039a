"""One POST to a stranger's server, safe from being led elsewhere: every address is checked, and the very one is used.

A name is resolved anew for each request, all its addresses have to be allowed, and the socket itself is made for a
checked address only: neither a name that changes its mind nor an address written as a host gets past it. Redirects are
not followed, proxies of the environment are not used, of the answer nothing but its status is read.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from rollcall.domain.webhooks.addresses import Network, may_connect, read_address

CONNECT_WITHIN_S: Final = 5
ANSWER_WITHIN_S: Final = 10  # all in all
MOST_LOOKUPS: Final = 16
HEADER_BYTES: Final = 8_190
AGENT: Final = "Rollcall-Webhooks/1"


class AddressRefused(OSError):
    """Raised where a request would go to an address that no webhook may reach."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status of a request, or why there is none: one of a few codes."""

    status: int | None
    error: str | None
    took_ms: int


class NameLookup(AbstractResolver):
    """Asks the system for the addresses of names, in threads of its own: names that hang hold up nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_LOOKUPS, thread_name_prefix="rollcall-names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host`; raises OSError when there are none."""
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=of, proto=protocol, flags=numeric
            )
            for of, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Begin no more lookups."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class CheckedResolver(AbstractResolver):
    """Resolves by `inner`, and refuses a name of which any address is not allowed."""

    def __init__(self, allowed: Sequence[Network], inner: AbstractResolver) -> None:
        self._allowed = allowed
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host`; raises AddressRefused, or OSError when there are none."""
        found = await self._inner.resolve(host, port, family)
        for one in found:
            refuse(one["host"], self._allowed)
        return found

    async def close(self) -> None:
        """Close what resolves."""
        await self._inner.close()


def refuse(address: str, allowed: Sequence[Network]) -> None:
    """Raise AddressRefused unless a webhook may be sent to this address."""
    read = read_address(address)
    if read is None or not may_connect(read, allowed):
        raise AddressRefused("not an address that webhooks may reach")


class Poster:
    """Sends requests; make it inside a running loop, and close it."""

    def __init__(
        self,
        allowed: Sequence[Network],
        now_ms: Callable[[], int],
        resolver: AbstractResolver | None = None,
        within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._now_ms = now_ms
        self._resolver = CheckedResolver(allowed, resolver or NameLookup())

        def checked_socket(address: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, target = address
            refuse(target[0], allowed)
            return socket.socket(family, kind, protocol)

        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            use_dns_cache=False,
            force_close=True,
            limit=0,
            socket_factory=checked_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=within_s, sock_connect=CONNECT_WITHIN_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request. Whatever a receiver does becomes an Answer; nothing is raised for it."""
        started_ms = self._now_ms()
        status, error = await self._try(url, body, {**headers, "User-Agent": AGENT})
        return Answer(status, error, self._now_ms() - started_ms)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._resolver.close()

    async def _try(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str | None]:
        try:
            async with self._session.post(
                URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, "redirected" if 300 <= answer.status < 400 else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return None, _reason(error)


def _reason(error: BaseException) -> str:
    """Return the code of what went wrong; texts of libraries may hold parts of addresses."""
    causes = _causes(error)
    if any(isinstance(one, AddressRefused) for one in causes):
        return "address_not_allowed"
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return "timed_out"
    if any(isinstance(one, (ssl.SSLError, ssl.CertificateError)) for one in causes):
        return "tls_failed"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "name_not_found"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "connection_failed"
    return "bad_answer"


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or one in found:
            continue
        found.append(one)
        waiting += [one.__cause__, getattr(one, "os_error", None)]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
    return found
