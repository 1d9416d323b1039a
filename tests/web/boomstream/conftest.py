"""The site that most tests of the compatible API call it from."""

import pytest

from tests.web.boomstream.site import Site
from tests.web.conftest import Api


@pytest.fixture
async def at(api: Api) -> Site:
    media = await api.mine.api.post("/media", json={"title": "Зал 1", "kind": "live", "identity": "plain"})
    return Site(api, api.mine, media.json()["code"])
