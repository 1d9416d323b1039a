"""One server and one Chromium for all tests that only watch; each gets a media of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.stage import Stage, beside, staged


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def theatre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Build the stage that `stage` is a part of."""
    async with staged(tmp_path_factory.mktemp("theatre")) as built:
        built.end_encoder()  # nobody watches its first media
        yield built


@pytest_asyncio.fixture(loop_scope="session")
async def stage(theatre: Stage) -> AsyncIterator[Stage]:
    """Put a media on air for one test, and close what it opened."""
    async with beside(theatre) as own:
        yield own
    for page in theatre.context.pages[1:]:
        await page.close()
    for context in theatre.browser.contexts:
        await context.close()
