"""Exports of a running server: fetched over HTTP, and broken off by its end without holding it up."""

import stat
import time
import urllib.request

import psutil

from tests.running import RunningServer

PEOPLE = 20_000  # far more than are written before the server is asked to end


def test_an_export_is_fetched_once_it_is_ready(server: RunningServer) -> None:
    media = _hall(server, 3)
    export = server.must("POST", f"/media/{media}/exports", {"format": "csv"})
    while (told := server.must("GET", f"/exports/{export['id']}"))["state"] == "running":
        time.sleep(0.05)
    assert (told["state"], told["participants_done"], told["participants"]) == ("ready", 3, 3)
    request = urllib.request.Request(
        f"{server.url}/api/v1/exports/{export['id']}/file", headers={"Authorization": f"Bearer {server.key}"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["content-disposition"] == f'attachment; filename="statistics-{media}.csv"'
        assert answer.headers["content-length"] == str(told["bytes"])
        assert len(answer.read()) == told["bytes"]


def test_a_server_that_ends_breaks_its_exports_off_and_says_so(server: RunningServer) -> None:
    media = _hall(server, PEOPLE)
    exports = [
        server.must("POST", f"/media/{media}/exports", {"format": name})["id"]
        for name in ("xlsx", "pdf", "pdf")
    ]
    while server.must("GET", f"/exports/{exports[0]}")["participants_done"] == 0:
        time.sleep(0.05)
    server.stop()
    server.start()
    told = {export: server.must("GET", f"/exports/{export}") for export in exports}
    broken = [export for export, one in told.items() if one["state"] == "failed"]
    assert set(broken) >= set(exports[1:]), "no protocol is set so soon"
    for export in broken:
        assert told[export]["error"] == "interrupted; ask again"
        status, refused = server.call("GET", f"/exports/{export}/file")
        assert (status, refused["code"]) == (409, "export_failed")
    assert "Traceback" not in server.log()


def test_a_killed_server_leaves_no_personal_data_no_typesetter_and_no_export_that_runs(
    server: RunningServer,
) -> None:
    media = _hall(server, PEOPLE)
    path = f"/media/{media}/exports"
    exports = [server.must("POST", path, {"format": name})["id"] for name in ("pdf", "xlsx", "xlsx", "csv")]
    press = _press(server)
    work = server.data / "work"
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    assert [found for found in work.iterdir() if found.name.startswith("rollcall-pdf-")]
    server.kill()
    press.wait()
    server.start()
    assert list(work.iterdir()) == []
    told = [server.must("GET", f"/exports/{export}") for export in exports]
    assert {(one["state"], one["error"]) for one in told} <= {
        ("failed", "interrupted; ask again"), ("ready", None),
    }  # fmt: skip
    assert told[0]["state"] == "failed"
    for _ in range(4):
        server.must("POST", path, {"format": "xlsx"})


def _press(server: RunningServer) -> psutil.Process:
    """Return the process that sets a protocol, once there is one."""
    while True:
        for child in psutil.Process(server.pid).children():
            if "rollcall.render.protocol.press" in child.cmdline():
                return child
        time.sleep(0.05)


def _hall(server: RunningServer, people: int) -> str:
    media = str(server.must("POST", "/media", {"title": "Зал", "kind": "live"})["code"])
    of_list = server.must("POST", "/lists", {"title": "Врачи", "media": [media]})["code"]
    rows = [{"user_id": f"doctor-{number}"} for number in range(people)]
    server.must("POST", f"/lists/{of_list}/participants/batch", rows)
    return media
