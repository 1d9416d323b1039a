"""A server that must not start says why in one sentence; one that is killed has lost nothing it acknowledged."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from rollcall.store.database import open_database
from tests.running import RunningServer
from tests.server.conftest import make_event

CLOCK_BOUND_MS = 300  # a beat is placed within half a round trip, and this machine may be busy


def refused(data: Path, *options: str) -> str:
    """Start a server that must refuse; return its words."""
    line = [sys.executable, "-m", "rollcall", "serve", "--data", str(data), "--rtmp-port", "0", *options]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def change_database(data: Path, statement: str) -> None:
    with closing(open_database(f"sqlite:///{data / 'rollcall.db'}", print)) as database:
        database.write_now(lambda conn: conn.execute(text(statement)))


def test_a_busy_port(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in refused(tmp_path / "data", "--port", str(port))


def test_a_busy_rtmp_port(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert str(port) in refused(tmp_path / "data", "--port", "0", "--rtmp-port", str(port))


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
def test_an_order_to_end_is_followed_to_the_last_line(tmp_path: Path, order: signal.Signals) -> None:
    """It ends by itself, not by the signal, once the database is closed: nothing is left in a journal of its own."""
    server = RunningServer(tmp_path / "data")
    server.start()
    server.tell(order)
    assert server.ended() == 0
    assert json.loads(server.log().splitlines()[-1])["message"] == "Ended"
    assert {path.name for path in server.data.glob("rollcall.db*")} == {"rollcall.db"}


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used" in refused(tmp_path / "file" / "data", "--port", "0")


def test_a_directory_that_may_not_be_written() -> None:
    assert "cannot be used" in refused(Path("/proc/rollcall-data"), "--port", "0")  # not even by root


def test_a_directory_in_use(server: RunningServer) -> None:
    assert f"process {server.pid}" in refused(server.data, "--port", "0")


def test_a_newer_database_and_a_clock_that_is_behind(server: RunningServer) -> None:
    server.stop()
    late_ms = round(time.time() * 1000) + 3_600_000
    change_database(server.data, f"UPDATE installation SET last_commit_ms = {late_ms}")
    assert "behind the last committed evidence" in refused(server.data, "--port", "0")
    change_database(server.data, "UPDATE installation SET last_commit_ms = 0")
    change_database(server.data, "UPDATE alembic_version SET version_num = '9999'")
    assert "does not know" in refused(server.data, "--port", "0")


def test_secrets_are_made_for_the_owner_alone(server: RunningServer) -> None:
    assert (server.data / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert (server.data / "run" / "command.sock").stat().st_mode & 0o777 == 0o600


async def test_what_was_acknowledged_survives_a_kill(server: RunningServer) -> None:
    await kill_again_and_again(server)


async def test_on_postgresql_too(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "rollcall.toml"
    settings.write_text(f'database_url = "{postgres_url}"\n')
    monkeypatch.setenv("ROLLCALL_CONFIG", str(settings))
    server = RunningServer(tmp_path / "data")
    server.start()
    try:
        await kill_again_and_again(server)
        assert not (server.data / "rollcall.db").exists()
    finally:
        server.stop()


async def kill_again_and_again(server: RunningServer) -> None:
    """I1 in small: rows are sent without pause while the server is killed again and again."""
    async with aiohttp.ClientSession() as http:
        event = await make_event(server, http)
        await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
        player = await event.player()
        acknowledged_ms = 0
        for _ in range(4):
            for _ in range(20):
                start = player.now_ms()
                await asyncio.sleep(0.02)
                end = player.now_ms()
                await player.send(player.beat(start, end))
                acknowledged_ms += end - start
            acknowledged = player.durable
            server.kill()
            server.start()
            opened = await player.connect()
            assert opened["resumed"]
            assert opened["durable"] >= acknowledged
            player.seq = opened["durable"]
            proven_ms = (await event.row())["watched_ms"]
            assert abs(proven_ms - acknowledged_ms) <= CLOCK_BOUND_MS


async def test_a_terminated_server_tells_its_viewers_to_come_back(server: RunningServer) -> None:
    async with aiohttp.ClientSession() as http:
        event = await make_event(server, http)
        player = await event.player()
        start = player.now_ms()
        await asyncio.sleep(0.2)
        await player.say(player.envelope(player.beat(start, player.now_ms())))
        stopping = asyncio.get_running_loop().run_in_executor(None, server.stop)
        assert await player.closed() == 4002
        await stopping
        server.start()
        assert (await player.connect())["durable"] == 1
