"""No log, page or error repeats what is secret or personal: canaries are planted everywhere, then looked for."""

import aiohttp

from tests.running import RunningServer
from tests.server.conftest import make_event

CANARY = "canary-7f3a91-иванова"


async def test_logs_and_answers_hold_no_token_key_or_user_id(server: RunningServer) -> None:
    async with aiohttp.ClientSession() as http:
        event = await make_event(server, http, identity="plain")
        people = f"/lists/{event.people}/participants"
        person = {"name": CANARY, "email": f"{CANARY}@example.org", "fields": {"snils": CANARY}}
        await event.api.call("PUT", f"{people}/{CANARY}", person)
        token = await event.launch(CANARY)
        bodies = ({"token": token}, {"token": token}, {"token": token + "x"}, {"user_id": CANARY + "?"})
        answers = [await event.redeem(body) for body in bodies]
        grant = answers[0][1]["grant"]
        player = await event.player(CANARY)
        assert player.play is not None
        secrets = [
            token,
            grant,
            player.grant,
            player.play["upload_key"],
            player.play["playlist"].split("/")[2],
        ]
        async with http.get(f"{server.url}/embed/{event.media}?user_id={CANARY}") as page:
            answers.append((page.status, {"page": await page.text()}))
        async with http.get(f"{server.url}{player.play['playlist']}") as playlist:
            answers.append((playlist.status, {"playlist": await playlist.text()}))
        await player.say({"type": "hello", "grant": CANARY * 2})
        await player.closed()
        key = event.api._headers["Authorization"].split()[1]
        async with http.get(f"{server.url}/api/v1/project?apikey={key}&user_id={CANARY}") as answer:
            answers.append((answer.status, {"refusal": await answer.text()}))
        stream_key = (await event.api.call("GET", f"/media/{event.media}"))["ingest"]["stream_key"]
        log = server.log()
        assert "answers" in log or log  # there is something that could leak
        for secret in [*secrets, key, stream_key, CANARY, "иванова"]:
            assert secret not in log
        for _, body in answers[1:]:
            text = str(body)
            assert not [secret for secret in [*secrets, key, stream_key] if secret in text]
            assert CANARY not in text
