"""A server that is killed again and again tells each beginning and end of a session, and none as two."""

import json
import time
from collections import defaultdict
from random import Random

from tests.hook import PATIENCE_S, Hook, hooked
from tests.running import RunningServer

KILLS = 5


def test_every_session_is_told_once_whenever_the_server_is_killed(hook_server: RunningServer) -> None:
    server, random = hook_server, Random(7)
    with hooked() as hook:
        types = ["session.started", "session.stopped"]
        webhook = server.must("POST", "/webhooks", {"url": hook.url, "types": types})
        halls: list[str] = []
        for _ in range(KILLS):
            _begin_and_stop(server, halls)
            time.sleep(random.uniform(0, 1.5))  # anywhere between a change and the end of its delivery
            server.kill()
            server.start()
        sessions = set()
        for hall in halls:
            for session in server.must("GET", f"/media/{hall}/sessions")["items"]:
                server.must("POST", f"/media/{hall}/sessions/{session['id']}/stop")
                sessions.add(session["id"])
        assert len(sessions) >= KILLS
        expected = {(type_, session) for type_ in types for session in sessions}
        told = _told(server, webhook["id"], hook, expected)
        assert set(told) == expected
        assert {ids for ids in told.values() if len(ids) > 1} == set()


def _begin_and_stop(server: RunningServer, halls: list[str]) -> None:
    """Open halls with a session each, and stop every other one."""
    for number in range(4):
        hall = server.must("POST", "/media", {"title": "Зал", "kind": "live"})["code"]
        halls.append(hall)
        session = server.must("POST", f"/media/{hall}/sessions", {"title": f"Блок {number}"})
        if number % 2:
            server.must("POST", f"/media/{hall}/sessions/{session['id']}/stop")


def _told(
    server: RunningServer, webhook: str, hook: Hook, expected: set[tuple[str, str]]
) -> dict[tuple[str, str], frozenset[str]]:
    """Wait until everything expected has come and nothing waits; return the ids under which each thing was told."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for _, body in list(hook.got):
            notice = json.loads(body)
            found[notice["type"], notice["data"]["session"]["id"]].add(notice["id"])
        waits = server.must("GET", f"/webhooks/{webhook}")["pending"]
        if (expected <= set(found) and not waits) or time.monotonic() > until:
            return {thing: frozenset(ids) for thing, ids in found.items()}
        time.sleep(0.1)
