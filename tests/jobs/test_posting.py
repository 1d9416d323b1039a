"""One request to a stranger: where it goes, what it follows, how much it reads, how it fails. Servers are real."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from rollcall.base.clock import Clock
from rollcall.domain.webhooks.addresses import read_networks
from rollcall.jobs.posting import Poster
from tests.receiver import receiving

HERE, INSIDE = "127.0.0.2", "127.0.0.1"
OPENED = read_networks([f"{HERE}/32"])


@dataclass
class Names(AbstractResolver):
    """A name server that gives the next answer each time it is asked, and the last one for ever."""

    answers: list[Sequence[str]]
    asked: int = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in found
        ]

    async def close(self) -> None:
        pass


@dataclass
class Raw:
    """A server that says what it is told to, whatever is asked, and counts who came."""

    says: bytes
    endless: bytes = b""
    port: int = 0
    came: int = 0
    sent: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.says)
            while self.endless:
                writer.write(self.endless)
                await writer.drain()
                self.sent += len(self.endless)
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.gone.set()


@asynccontextmanager
async def raw(says: bytes = b"", endless: bytes = b"", host: str = HERE, port: int = 0) -> AsyncIterator[Raw]:
    made = Raw(says, endless)
    server = await asyncio.start_server(made.serve, host, port)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


@asynccontextmanager
async def poster(names: AbstractResolver | None = None, within_s: float = 30) -> AsyncIterator[Poster]:
    made = Poster(OPENED, Clock().now_ms, names, within_s)
    try:
        yield made
    finally:
        await made.close()


async def test_a_request_arrives_as_it_was_sent() -> None:
    async with receiving(HERE) as receiver, poster() as post:
        url = f"http://{HERE}:{receiver.port}/Hook%2F?a=b%20c&d=%41"
        answer = await post.post(url, b'{"a":1}', {"webhook-id": "x", "Content-Type": "application/json"})
        (got,) = receiver.got
    assert (answer.status, answer.error) == (200, None)
    assert (got.path, got.body) == ("/Hook%2F?a=b%20c&d=%41", b'{"a":1}')
    assert (got.headers["webhook-id"], got.headers["content-type"]) == ("x", "application/json")
    assert got.headers["user-agent"] == "Rollcall-Webhooks/1"


async def test_a_name_that_changes_its_mind_is_followed_no_further() -> None:
    """DNS rebinding: an allowed address when it is looked at, an inner one afterwards."""
    async with receiving(HERE) as receiver, raw(host=INSIDE, port=receiver.port) as inner:
        names = Names([[HERE], [INSIDE], [HERE, INSIDE], [INSIDE, HERE], ["169.254.169.254"], [HERE]])
        url = f"http://hook.example:{receiver.port}/"
        async with poster(names) as post:
            answers = [await post.post(url, b"", {}) for _ in range(6)]
        assert [answer.error for answer in answers] == [None, *["address_not_allowed"] * 4, None]
        assert [answer.status for answer in answers] == [200, None, None, None, None, 200]
        assert names.asked == 6  # each request asks anew, once
        assert (len(receiver.got), inner.came) == (2, 0)


@pytest.mark.parametrize(
    "host", [INSIDE, "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "localhost"]
)
async def test_an_inner_address_is_not_connected_to_however_it_is_written(host: str) -> None:
    """As if the check of the organiser's spelling had let it through: the socket is checked by itself."""
    async with raw(b"HTTP/1.1 200 OK\r\n\r\n", host=INSIDE) as inner, poster() as post:
        answer = await post.post(f"http://{host}:{inner.port}/", b"", {})
        assert answer.status is None
        assert answer.error == ("bad_answer" if host.isdigit() else "address_not_allowed")
        assert inner.came == 0


async def test_redirects_are_not_followed() -> None:
    async with receiving(HERE) as receiver, receiving(HERE) as other, poster() as post:
        for status in (301, 302, 303, 307, 308):
            receiver.fail(status, Location=other.url)
            answer = await post.post(receiver.url, b"x", {})
            assert (answer.status, answer.error) == (status, "redirected")
        assert other.got == []


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(HERE) as receiver, raw() as proxy, poster() as post:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{HERE}:{proxy.port}")
        assert (await post.post(receiver.url, b"", {})).status == 200
        assert proxy.came == 0


async def test_cookies_are_not_kept() -> None:
    async with receiving(HERE) as receiver, poster() as post:
        receiver.answer = lambda: web.Response(headers={"Set-Cookie": "a=b"})
        for _ in range(2):
            await post.post(receiver.url, b"", {})
        assert ["cookie" in got.headers for got in receiver.got] == [False, False]


async def test_an_endless_answer_is_hung_up_on() -> None:
    async with raw(b"HTTP/1.1 200 OK\r\n\r\n", endless=b"x" * 65_536) as server, poster() as post:
        answer = await post.post(f"http://{HERE}:{server.port}/", b"", {})
        assert answer.status == 200
        await server.gone.wait()
        assert server.sent < 20_000_000  # what fits into the buffers of two sockets


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 " + b"2" * 100_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00\x01\x02\x03" * 100,
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_called_so(says: bytes) -> None:
    async with raw(says) as server, poster() as post:
        answer = await post.post(f"http://{HERE}:{server.port}/", b"", {})
        assert (answer.status, answer.error) == (None, "bad_answer")


async def test_who_never_answers_and_who_trickles_is_given_up() -> None:
    for says, endless in ((b"", b""), (b"HTTP/1.1 200 OK\r\n", b"")):
        async with raw(says, endless) as server, poster(within_s=0.2) as post:
            answer = await post.post(f"http://{HERE}:{server.port}/", b"", {})
            assert (answer.status, answer.error) == (None, "timed_out")
            assert answer.took_ms >= 200


async def test_failures_before_an_answer_have_their_codes() -> None:
    async with raw() as server:
        closed_port = server.port
    async with receiving(HERE) as receiver, poster() as post:
        assert (await post.post(f"http://{HERE}:{closed_port}/", b"", {})).error == "connection_failed"
        assert (await post.post(f"https://{HERE}:{receiver.port}/", b"", {})).error == "tls_failed"
        assert (await post.post("http://no-such-name.invalid/", b"", {})).error == "name_not_found"
        assert receiver.got == []
