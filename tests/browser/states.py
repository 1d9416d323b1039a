"""Every state a participant can meet, each prepared on a real server: looked at by the gallery, tested by axe.

`STATES` is in the order in which an event meets them. A state opens its page and leaves it showing what it is about;
what it changed on the server it puts back, so that the next one begins as this one did.
"""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from playwright.async_api import BrowserContext, Page

from tests.browser import chat_states
from tests.browser.stage import Stage, eventually

QUESTION = {
    "text": "Что говорит о фибрилляции предсердий?",
    "choices": ["Нет зубца P", "Подъём сегмента ST", "Удлинение интервала PQ"],
    "answer": 0,
}
QUIZ = {
    "title": "Итоговый контроль",
    "pass_percent": 70,
    "time_limit_s": 900,
    "shuffle_questions": False,
    "questions": [
        {
            "kind": "single",
            "text": "С какого давления говорят об артериальной гипертензии?",
            "choices": [{"text": "120/80"}, {"text": "130/85"}, {"text": "140/90", "right": True}],
        },
        {"kind": "order", "text": "Порядок осмотра", "items": ["осмотр", "пальпация", "перкуссия"]},
    ],
}
POLL = {
    "question": "Какой темой открыть следующий блок?",
    "choices": [
        "Фибрилляция предсердий",
        "Сердечная недостаточность с сохранённой фракцией выброса",
        "Липиды",
    ],
    "show_results": "live",
}
SPEAKER = {
    "name": "Анна Сергеевна Иванова",
    "role": "профессор кафедры кардиологии",
    "description": "Занимается нарушениями ритма более двадцати лет.",
}
SAID = (
    "Добрый день, коллеги! Начинаем через минуту, звук проверен.",
    "Презентация будет здесь: https://academy.example/cardio-2026",
    "Вопросы докладчику пишите в чат, ответим в конце блока.",
)


@dataclass(frozen=True, slots=True)
class Show:
    """Where states are prepared: a stage, and pages of a certain size, colour and language."""

    stage: Stage
    context: BrowserContext

    async def enter(self, media: str = "") -> Page:
        """Open the player as d-1 and wait until it has let them in."""
        page = await self.opened(await self.link(media))
        await page.locator(".stage").wait_for()
        await page.locator(".overlay.connecting").wait_for(state="detached", timeout=30_000)
        return page

    async def link(self, media: str = "") -> str:
        """Return a fresh link of d-1."""
        return str((await self.call("POST", "launch", {"user_id": "d-1"}, media))["url"])

    async def opened(self, url: str) -> Page:
        """Open a new page at this address."""
        page = await self.context.new_page()
        await page.goto(url)
        return page

    async def watch(self) -> Page:
        """Open the player as d-1 and wait for the picture."""
        page = await self.enter()
        video = page.get_by_test_id("video")
        await eventually(lambda: video.evaluate("v => v.currentTime > 1 && !v.paused"), 60)
        return page

    async def panel(self, page: Page, tab: str) -> None:
        """Open the panel at a tab, whether it is beside the picture already or not."""
        chosen = page.get_by_test_id(f"{tab}-tab")
        if not await chosen.is_visible():
            await page.locator(".stage").hover()
            await page.get_by_test_id(f"{tab}-button").click()
        await chosen.click()

    async def call(self, method: str, path: str, body: Any = None, media: str = "") -> Any:
        """Call the API at this media."""
        return await self.stage.api.call(method, f"/media/{media or self.stage.media}/{path}", body)

    async def another(self, **fields: Any) -> str:
        """Make a media that d-1 has access to; return its code."""
        api = self.stage.api
        made = await api.call("POST", "/media", {"title": "Неотложная кардиология", "kind": "live", **fields})
        await api.call("PUT", f"/lists/{self.stage.people}/media/{made['code']}")
        return str(made["code"])


@dataclass(frozen=True, slots=True)
class State:
    """`prepare` gives the page for as long as it is looked at."""

    name: str
    caption: str
    prepare: Callable[[Show], AbstractAsyncContextManager[Page]]


STATES: list[State] = []


def state(name: str, caption: str) -> Callable[[Callable[[Show], AsyncIterator[Page]]], None]:
    """Enter a state under its name; `caption` says in Russian what is seen."""

    def enter(prepare: Callable[[Show], AsyncIterator[Page]]) -> None:
        STATES.append(State(name, caption, asynccontextmanager(prepare)))

    return enter


@asynccontextmanager
async def shown(state: State, show: Show) -> AsyncIterator[Page]:
    """Show a state, its movements at rest; close its page in the end."""
    async with state.prepare(show) as page:
        await asyncio.sleep(0.5)  # what fades in is there
        yield page
    for page in show.context.pages:
        with contextlib.suppress(Exception):
            await page.close()


@state("refused", "Отказ: ссылка без приглашения")
async def _refused(show: Show) -> AsyncIterator[Page]:
    page = await show.opened(f"{show.stage.server.url}/embed/{show.stage.media}")
    await page.get_by_test_id("refusal").wait_for()
    yield page


@state("not_open", "Доступ ещё не открыт: обратный отсчёт")
async def _not_open(show: Show) -> AsyncIterator[Page]:
    valid_from = datetime.now(UTC) + timedelta(hours=2)
    path = f"/lists/{show.stage.people}/participants/d-1"
    link = await show.link()
    await show.stage.api.call("PUT", path, {"name": "Анна Иванова", "valid_from": valid_from.isoformat()})
    try:
        page = await show.opened(link)
        await page.get_by_test_id("refusal").wait_for()
        yield page
    finally:
        await show.stage.api.call("PUT", path, {"name": "Анна Иванова", "valid_from": None})


@state("waiting", "До начала эфира")
async def _waiting(show: Show) -> AsyncIterator[Page]:
    starts_at = datetime.now(UTC) + timedelta(minutes=25)
    page = await show.enter(await show.another(starts_at=starts_at.isoformat()))
    await page.locator(".overlay.waiting").wait_for()
    yield page


@state("selftest", "Проверка компьютера и связи до начала")
async def _selftest(show: Show) -> AsyncIterator[Page]:
    page = await show.enter(await show.another())
    await page.get_by_test_id("selftest-open").click()
    for subject in ("picture", "line", "storage"):
        await page.locator(f"[data-subject={subject}][data-grade]").wait_for(timeout=30_000)
    yield page


@state("watching", "Эфир, чат и закреплённое объявление")
async def _watching(show: Show) -> AsyncIterator[Page]:
    for text in SAID:
        await show.call("POST", "chat", {"name": "Модератор", "text": text})
    await show.call("PUT", "announcement", {"text": "Второй блок начнётся в 12:30 по Москве."})
    try:
        page = await show.watch()
        await show.panel(page, "chat")
        yield page
    finally:
        await show.call("DELETE", "announcement")


STATES += [
    State("chat", "Чат: вопрос спикеру с ответом, ответ на сообщение", chat_states.conversation),
    State("chat_questions", "Вопросы спикеру", chat_states.questions),
    State("chat_moderated", "Чат с проверкой сообщений, паузой и без имён", chat_states.moderated),
    State("chat_silenced", "Чат: можно только читать", chat_states.silenced),
]


@state("progress", "Мой прогресс")
async def _progress(show: Show) -> AsyncIterator[Page]:
    session = await show.call("POST", "sessions", {"title": "Блок 1. Аритмии"})
    try:
        page = await show.watch()
        await show.panel(page, "progress")
        await page.locator("rollcall-progress dl").first.wait_for(timeout=20_000)
        yield page
    finally:
        await show.call("POST", f"sessions/{session['id']}/stop")


@asynccontextmanager
async def _asked(show: Show, **body: Any) -> AsyncIterator[Page]:
    page = await show.watch()
    check = await show.call("POST", "checks", {"lifetime_s": 60, **body})
    try:
        await page.get_by_test_id("check-confirm").wait_for(timeout=15_000)
        yield page
    finally:
        with contextlib.suppress(Exception):  # it may be over
            await show.call("POST", f"checks/{check['id']}/cancel")


@state("check", "Проверка присутствия")
async def _check(show: Show) -> AsyncIterator[Page]:
    async with _asked(show) as page:
        yield page


@state("check_code", "Проверка присутствия с кодом")
async def _check_code(show: Show) -> AsyncIterator[Page]:
    async with _asked(show, kind="code") as page:
        yield page


@state("check_question", "Проверка присутствия с вопросом")
async def _check_question(show: Show) -> AsyncIterator[Page]:
    async with _asked(show, kind="question", question=QUESTION) as page:
        yield page


@state("confirmed", "Присутствие подтверждено")
async def _confirmed(show: Show) -> AsyncIterator[Page]:
    async with _asked(show) as page:
        await page.get_by_test_id("check-confirm").click()
        await page.get_by_test_id("check-done").wait_for(timeout=15_000)
        yield page


@state("offline", "Связь потеряна: время сохраняется на устройстве")
async def _offline(show: Show) -> AsyncIterator[Page]:
    page = await show.watch()
    await show.context.set_offline(True)
    try:
        await page.get_by_test_id("banner").wait_for(timeout=60_000)
        await asyncio.sleep(1)  # it fades in late, so that short losses are not seen
        yield page
    finally:
        await show.context.set_offline(False)


@asynccontextmanager
async def _quizzed(show: Show) -> AsyncIterator[Page]:
    quiz = str((await show.call("POST", "quizzes", QUIZ))["id"])
    await show.call("POST", f"quizzes/{quiz}/open")
    try:
        page = await show.watch()
        await page.get_by_test_id("quiz-invitation").wait_for(timeout=15_000)
        yield page
    finally:
        await show.call("DELETE", f"quizzes/{quiz}")


@state("quiz_invitation", "Открыт тест")
async def _quiz_invitation(show: Show) -> AsyncIterator[Page]:
    async with _quizzed(show) as page:
        yield page


@state("quiz_card", "Тест: условия перед началом")
async def _quiz_card(show: Show) -> AsyncIterator[Page]:
    async with _quizzed(show) as page:
        await page.get_by_test_id("quiz-enter").click()
        await page.get_by_test_id("quiz-start").wait_for()
        yield page


@state("quiz_question", "Вопрос теста")
async def _quiz_question(show: Show) -> AsyncIterator[Page]:
    async with _quizzed(show) as page:
        await _begin_quiz(page)
        yield page


async def _begin_quiz(page: Page) -> None:
    await page.get_by_test_id("quiz-enter").click()
    await page.get_by_test_id("quiz-start").click()
    await page.get_by_role("radio").nth(2).check(timeout=15_000)
    await page.locator("[data-testid=quiz-saved] [data-state=saved]").wait_for(timeout=10_000)


@state("quiz_result", "Результат теста")
async def _quiz_result(show: Show) -> AsyncIterator[Page]:
    async with _quizzed(show) as page:
        await _begin_quiz(page)
        await page.get_by_test_id("quiz-map").nth(1).click()
        await page.get_by_test_id("quiz-end").click()
        await page.get_by_test_id("quiz-confirm").click()
        await page.get_by_test_id("quiz-verdict").wait_for(timeout=15_000)
        yield page


@asynccontextmanager
async def _polled(show: Show, **body: Any) -> AsyncIterator[Page]:
    poll = str((await show.call("POST", "polls", POLL | body))["id"])
    await show.call("POST", f"polls/{poll}/open")
    try:
        page = await show.watch()
        await page.get_by_test_id("poll-invitation").wait_for(timeout=15_000)
        yield page
    finally:
        await show.call("DELETE", f"polls/{poll}")


@state("poll_invitation", "Открыт опрос")
async def _poll_invitation(show: Show) -> AsyncIterator[Page]:
    async with _polled(show) as page:
        yield page


@state("poll", "Опрос: варианты и итог на этот момент")
async def _poll(show: Show) -> AsyncIterator[Page]:
    async with _polled(show, anonymous=True, max_choices=2) as page:
        await page.get_by_test_id("poll-enter").click()
        await page.get_by_role("checkbox").nth(1).check(timeout=15_000)
        yield page


@state("poll_results", "Опрос: ответ принят, видны ответы участников")
async def _poll_results(show: Show) -> AsyncIterator[Page]:
    async with _polled(show, changeable=True) as page:
        await page.get_by_test_id("poll-enter").click()
        await page.get_by_role("radio").nth(1).check(timeout=15_000)
        await page.get_by_test_id("poll-vote").click()
        await page.locator("[data-testid=poll-bar][data-votes='1']").wait_for(timeout=15_000)
        yield page


@asynccontextmanager
async def _beside(show: Show) -> AsyncIterator[Page]:
    upload = f"{show.stage.server.url}/api/v1/media/{show.stage.media}/materials/files/"
    headers = {"Authorization": f"Bearer {show.stage.server.key}", "Content-Type": "application/octet-stream"}
    slides = io.BytesIO(b"%PDF-1.7" + b" " * 2_500_000)
    name = quote("Слайды доклада.pdf")
    async with show.stage.api.http.post(upload + name, data=slides, headers=headers) as answer:
        made = [(await answer.json())["id"]]
    url = "https://academy.example/guidelines/2026"
    link = {"title": "Клинические рекомендации: фибрилляция и трепетание предсердий", "url": url}
    made.append((await show.call("POST", "materials", link))["id"])
    now = datetime.now(UTC)
    times = [(now + timedelta(minutes=minutes)).isoformat() for minutes in (-30, -10, 40, 70)]
    items = [
        {"title": "Открытие", "starts_at": times[0], "ends_at": times[1]},
        {"title": "Антикоагулянты: кому, когда, сколько", "speaker": SPEAKER, "starts_at": times[1]},
        {"title": "Ответы на вопросы", "starts_at": times[2], "ends_at": times[3]},
    ]
    await show.call("PUT", "programme", {"items": items})
    try:
        yield await show.watch()
    finally:
        await show.call("DELETE", "programme")
        for one in made:
            await show.call("DELETE", f"materials/{one}")


@state("materials", "Материалы: файлы и ссылки")
async def _materials(show: Show) -> AsyncIterator[Page]:
    async with _beside(show) as page:
        await _open_tab(page, "materials")
        await page.get_by_test_id("material").first.wait_for(timeout=15_000)
        yield page


@state("programme", "Программа: что идёт сейчас и кто говорит")
async def _programme(show: Show) -> AsyncIterator[Page]:
    async with _beside(show) as page:
        await _open_tab(page, "programme")
        await page.locator(".programme .running").wait_for(timeout=15_000)
        yield page


async def _open_tab(page: Page, tab: str) -> None:
    """Open the panel at a tab that no button of the player leads to."""
    if not await page.get_by_test_id("chat-tab").is_visible():
        await page.get_by_test_id("chat-button").click()
    await page.get_by_test_id(f"{tab}-tab").click(timeout=15_000)


@state("broken", "Нет картинки: ждём возвращения эфира")
async def _broken(show: Show) -> AsyncIterator[Page]:
    page = await show.watch()
    show.stage.end_encoder()
    try:
        await page.locator(".overlay.broken").wait_for(timeout=60_000)
        yield page
    finally:
        show.stage.publish()


@state("ended", "Эфир завершён")
async def _ended(show: Show) -> AsyncIterator[Page]:
    media = await show.another()
    page = await show.enter(media)
    await show.call("POST", "end", media=media)
    await page.locator(".overlay.ended").wait_for(timeout=20_000)
    yield page
