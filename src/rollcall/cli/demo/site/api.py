"""The part worth copying: every call a training site makes to Rollcall. Needs nothing but an HTTP client."""

from typing import Any

import aiohttp


class Refused(Exception):
    """Raised when Rollcall refuses a call; `sentence` explains it to a developer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Rollcall:
    """Calls for one media. The key stays on this server: it never reaches a browser."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, key: str, media: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {key}"}
        self._media_url = f"{base_url}/api/v1/media/{media}"

    async def media(self) -> Any:
        """Return title, state, signal, viewers now."""
        return await self._call("GET", "")

    async def launch(self, user_id: str, name: str) -> str:
        """Return a one-time link for the iframe of this user. Ask anew each time the page is shown."""
        return str((await self._call("POST", "/launch", {"user_id": user_id, "name": name}))["url"])

    async def start_session(self, title: str, ends_at: str | None) -> Any:
        """Count time from now on."""
        return await self._call(
            "POST", "/sessions", {"title": title} | ({"ends_at": ends_at} if ends_at else {})
        )

    async def stop_session(self, session_id: str) -> Any:
        """Stop counting: what follows is a break."""
        return await self._call("POST", f"/sessions/{session_id}/stop")

    async def ask_now(self, lifetime_s: int) -> Any:
        """Ask everybody who is watching to confirm that they are there."""
        return await self._call("POST", "/checks", {"lifetime_s": lifetime_s, "sound": True})

    async def check_plan(self) -> Any:
        """Return how often presence is asked for, or None when only by hand."""
        try:
            return await self._call("GET", "/check-plan")
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def say(self, text: str, name: str) -> Any:
        """Write into the chat as the organiser, under a name of one's own."""
        return await self._call("POST", "/chat", {"text": text, "name": name})

    async def last_messages(self) -> Any:
        """Return the end of the chat, newest first."""
        return (await self._call("GET", "/chat?limit=30"))["items"]

    async def remove_message(self, message_id: int) -> Any:
        """Take a message out of every page at once."""
        return await self._call("DELETE", f"/chat/{message_id}")

    async def statistics(self) -> Any:
        """Return minutes, checks and outcomes of every participant, live."""
        return await self._call("GET", "/statistics")

    async def report(self, kind: str) -> tuple[bytes, str]:
        """Return the same statistics as a file: its bytes and their type."""
        async with self._http.get(
            f"{self._media_url}/statistics?format={kind}", headers=self._headers
        ) as answer:
            await _refuse_errors(answer)
            return await answer.read(), answer.content_type

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        async with self._http.request(
            method, self._media_url + path, json=body, headers=self._headers
        ) as answer:
            await _refuse_errors(answer)
            return None if answer.status == 204 else await answer.json()


async def _refuse_errors(answer: aiohttp.ClientResponse) -> None:
    if answer.status >= 400:
        problem = await answer.json(content_type=None)  # application/problem+json, RFC 9457
        raise Refused(answer.status, problem["detail"])
