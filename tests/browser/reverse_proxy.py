"""nginx with the configuration that we publish, in front of a server: TLS by a certificate authority made for it."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.running import RunningServer

PUBLISHED = Path(__file__).parents[2] / "examples" / "nginx" / "rollcall.conf"
MAIN = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/rollcall.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """Where the server is reached over TLS, the authority to trust for it, and what its log says."""

    url: str
    authority: Path
    log: Path


@contextmanager
def behind_nginx(server: RunningServer, folder: Path) -> Iterator[Front]:
    """Start `server` behind nginx; both end with the block."""
    folder.mkdir()
    port, plain = _free_ports(2)
    url = f"https://localhost:{port}"
    server.data.joinpath("rollcall.toml").write_text(f'base_url = "{url}"\ntrusted_proxies = ["127.0.0.1"]\n')
    (server.port,) = _free_ports(1)
    _make_certificate(folder)
    _configure(folder, port, plain, server.port)
    server.start()
    try:
        with _nginx(folder, port):
            yield Front(url, folder / "fullchain.pem", folder / "rollcall.log")
    finally:
        server.stop()


def _configure(folder: Path, port: int, plain: int, server: int) -> None:
    """Write the published configuration with the addresses and folders of here."""
    published = PUBLISHED.read_text("utf-8")
    for ours, here in {
        "server 127.0.0.1:8080": f"server 127.0.0.1:{server}",
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "rollcall.example": "localhost",
        "/etc/ssl/rollcall": str(folder),
        "/var/log/nginx": str(folder),
    }.items():
        assert ours in published, f"the published configuration does not say '{ours}'"
        published = published.replace(ours, here)
    (folder / "rollcall.conf").write_text(published)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))


@contextmanager
def _nginx(folder: Path, port: int) -> Iterator[None]:
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        _wait_for(port, nginx)
        yield
    finally:
        nginx.terminate()
        nginx.wait(30)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _make_certificate(folder: Path) -> None:
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
    subprocess.run(line, check=True, capture_output=True)


def _wait_for(port: int, nginx: subprocess.Popen[bytes]) -> None:
    while nginx.poll() is None:
        with socket.socket() as tried:
            tried.settimeout(1)
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"nginx ended with {nginx.returncode}")
