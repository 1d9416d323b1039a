"""What every test may ask for: a fresh, migrated database on both engines; a real server; to say what made a fault."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

from rollcall.store.database import Database, open_database
from rollcall.store.schema import migrate
from tests.means import means, pytest_terminal_summary
from tests.postgres import Cluster, running_cluster
from tests.running import RunningServer

__all__ = ["means", "pytest_terminal_summary"]

log = logging.getLogger(__name__)
settings.register_profile("patient", deadline=None)  # no test depends on the speed of a machine
settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let tests that need the machine's attention (encoders, browsers, crowds) run one after another.

    Groups stay together. xdist tells a group by the end of an id, where pytest 9.2 no longer lets it write.
    """
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None:
            item._id = NodeId.parse(f"{item.nodeid}@{group.args[0]}")
        elif item.get_closest_marker("slow") is not None:
            item._id = NodeId.parse(f"{item.nodeid}@slow")


def _report(error: BaseException) -> None:
    """Stand in for the end of the process: the error itself reaches the test."""
    log.error("fatal for a server: %r", error)


def _migrate(url: str) -> None:
    with closing(open_database(url, _report)) as database:
        database.write_now(migrate)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL cluster with a migrated template while tests of this process last."""
    with running_cluster() as cluster:
        cluster.make_template(_migrate)
        yield cluster


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Open a fresh SQLite database."""
    file = tmp_path / "rollcall.db"
    shutil.copy(sqlite_template, file)
    with closing(open_database(f"sqlite:///{file}", _report)) as database:
        yield database


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """Return the address of a fresh PostgreSQL database."""
    with postgres_cluster.fresh_database() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """Open a fresh PostgreSQL database."""
    with closing(open_database(postgres_url, _report)) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Open a fresh database: each test that asks for it runs on SQLite and on PostgreSQL."""
    opened: Database = request.getfixturevalue(f"{request.param}_database")
    return opened


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """Run a real server on any free ports; the test may kill and start it again."""
    running = RunningServer(tmp_path / "data")
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def hook_server(tmp_path: Path) -> Iterator[RunningServer]:
    """Run a real server whose webhooks may reach receivers on the loopback."""
    running = RunningServer(tmp_path / "data")
    (running.data / "rollcall.toml").write_text('webhook_networks = ["127.0.0.0/8"]\n')
    running.start()
    try:
        yield running
    finally:
        running.stop()
