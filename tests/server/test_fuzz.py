"""API v1 fuzzed from its own description, by Schemathesis: no server error, nothing that the description does not say.

Each operation meets values of its schema and others, in addresses of things that exist, that belong to another project,
or that were drawn. What belongs to another project is never there.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.running import RunningServer
from tests.web.things import Things, make_things

EXAMPLES = 20
FOREIGN = "Чужой проект, которого здесь нет"
ALWAYS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance
]  # fmt: skip
Whose = Literal["drawn", "mine", "theirs"]
PEOPLE = ("participants", "bans")  # a User ID is a name; everybody may have one that sounds alike
FUZZED = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Fuzzed:
    """What one pass over the description has met."""

    server: RunningServer
    key: str
    statuses: Counter[int]
    faults: dict[str, str]

    def note(self, label: str, fault: str) -> None:
        self.faults.setdefault(label, fault[:1500])


@pytest.fixture(scope="module")
def fuzzed(running: RunningServer) -> Fuzzed:
    keys = [running.command("project", "create", title).split()[-1] for title in ("Свой", FOREIGN)]
    found = Fuzzed(running, keys[0], Counter(), {})
    headers = {"Authorization": f"Bearer {found.key}"}
    described = schemathesis.openapi.from_url(f"{running.url}/api/v1/openapi.json", headers=headers)
    for result in described.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        mine, theirs = (asyncio.run(_things(running, key)) for key in keys)
        _fuzz(found, operation, {"mine": mine, "theirs": theirs})
    return found


async def _things(server: RunningServer, key: str) -> Things:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers) as api:
        for kind in ("webhooks", "exports"):  # a project may have so many only
            for one in (await api.get(f"/{kind}")).json()["items"]:
                await api.delete(f"/{kind}/{one['id']}")
        return await make_things(api)


def _fuzz(found: Fuzzed, operation: Any, things: dict[Whose, Things]) -> None:
    @FUZZED
    @given(case=operation.as_strategy(), whose=st.sampled_from(["drawn", "mine", "mine", "theirs"]))
    def meets(case: Any, whose: Whose) -> None:
        owned = _address(case, things, whose)
        answer = case.call(headers={"Authorization": f"Bearer {found.key}"}, timeout=60)
        found.statuses[answer.status_code] += 1
        checks = [*ALWAYS, negative_data_rejection] if whose == "drawn" else ALWAYS
        try:
            case.validate_response(answer, checks=checks)
        except BaseExceptionGroup as wrong:
            found.note(operation.label, str(wrong.exceptions[0]))
        if owned and whose == "theirs" and answer.status_code < 400:
            found.note(operation.label, f"found what is another project's: {answer.text}")
        if FOREIGN in answer.text:
            found.note(operation.label, f"tells of another project: {answer.text}")

    run: Callable[[], None] = meets
    run()


def _address(case: Any, things: dict[Whose, Things], whose: Whose) -> bool:
    """Put codes of things that exist into the address; tell whether it names any that a project owns."""
    segments = re.findall(r"([a-z-]+)/\{(\w+)\}", case.operation.path)
    if whose != "drawn" and segments:
        named = {name: things[whose].by_segment[segment] for segment, name in segments}
        case.path_parameters = {name: httpx.URL(f"/{code}").path[1:] for name, code in named.items()}
    return any(segment not in PEOPLE for segment, _ in segments)


def test_every_answer_is_as_described(fuzzed: Fuzzed) -> None:
    assert fuzzed.faults == {}


def test_the_fuzz_reaches_what_is_behind_the_checks_of_input(fuzzed: Fuzzed) -> None:
    """What always met 400 would have tried nothing."""
    met = fuzzed.statuses
    assert met[200] + met[201] + met[204] > met.total() / 10
    assert met[400] > met.total() / 10
    assert met[404] > met.total() / 10
