"""An organiser's site that calls the compatible API as existing clients do."""

from typing import Any
from zoneinfo import ZoneInfo

import httpx
from lxml import etree

from tests.web.conftest import Api, Tenant

MOSCOW = ZoneInfo("Europe/Moscow")
HASH = "moodle.example:8443|42|{media}"


class Site:
    """An organiser's site with one media, calling the compatible API."""

    def __init__(self, api: Api, tenant: Tenant, media: str) -> None:
        self.api, self.tenant, self.media = api, tenant, media
        self.key = tenant.api.headers["authorization"].removeprefix("Bearer ")
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(api.app, raise_app_exceptions=False),
            base_url="http://rollcall.test",
        )
        self.code = ""

    async def get(self, method: str, **given: Any) -> httpx.Response:
        return await self.http.get(f"/api/{method}", params={"apikey": self.key, **given})

    async def json(self, method: str, **given: Any) -> Any:
        answer = await self.get(method, format="json", **given)
        assert answer.status_code == 200
        return answer.json()

    async def xml(self, method: str, **given: Any) -> etree._Element:
        answer = await self.get(method, **given)
        assert answer.headers["content-type"] == "application/xml; charset=utf-8"
        return etree.fromstring(answer.content)

    async def subscribe(self, **given: Any) -> str:
        wanted = {"name": "Курс", "subscription_type": "password", "period": 30, "media": self.media, **given}
        self.code = (await self.json("ppv/create", **wanted))["Items"]["Item"]["Code"]
        return self.code

    def buyer(self, **other: Any) -> dict[str, Any]:
        user = HASH.format(media=self.media)
        return {
            "code": self.code, "media": self.media, "email": "", "notification": 0, "hash": user, **other
        }  # fmt: skip

    async def admits(self, user_id: str) -> bool:
        """Tell whether a User ID opens the player."""
        answer = await self.http.get(f"/{self.media}/config", params={"id_recovery": user_id})
        return answer.json()["mediaData"] is not None
