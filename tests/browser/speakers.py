"""Participants who say things in the chat of a broadcast, each over a socket of their own."""

import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.browser.stage import Broadcast
from tests.server.player import Player

_refs = itertools.count(1)


@dataclass(slots=True)
class Speakers:
    """Everybody who speaks in one broadcast; who speaks for the first time is let in under the name."""

    air: Broadcast
    players: dict[str, Player] = field(default_factory=dict)

    async def say(self, name: str, text: str, **other: Any) -> int:
        """Say something as `name`; return the id of the message once it is in the room."""
        player = self.players.get(name) or await self._enter(name)
        ref = f"{name}-{next(_refs)}"
        await player.say({"type": "say", "ref": ref, "text": text, **other})
        return await self._place(player, ref)

    async def leave(self) -> None:
        """End every connection."""
        for player in self.players.values():
            await player.leave()

    async def _enter(self, name: str) -> Player:
        user_id = f"s-{len(self.players)}"
        await self.air.admit(user_id, name)
        fragment = urlsplit(await self.air.launch(user_id)).fragment
        token = fragment.removeprefix("token=")
        url = f"{self.air.server.url}/embed/{self.air.media}/redeem"
        async with self.air.api.http.post(url, json={"token": token}) as answer:
            grant = (await answer.json())["grant"]
        player = self.players[name] = Player(self.air.api.http, self.air.server.url, self.air.media, grant)
        await player.connect()
        return player

    async def _place(self, player: Player, ref: str) -> int:
        """Wait until a message is shown to others, or waits for a moderator."""
        while True:
            message = await player.hear("chat_me" if await self._waits() else "chat")
            shown = message.get("items") or message.get("own") or []
            for item in shown:
                if item["ref"] == ref:
                    return int(item["id"])

    async def _waits(self) -> bool:
        settings = await self.air.api.call("GET", f"/media/{self.air.media}/chat/settings")
        return bool(settings["premoderated"])
