"""Answers what many ask at about the same time by one call, so that a crowd costs little more than one asker.

It knows nothing of the questions. There is no waiting for company: who asks alone is answered alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """One call of `answer` at a time, each for all that was asked since the last began, up to `at_once`.

    `answer` returns as many answers as it is given questions, in their order. It starts after each of them was asked.
    """

    def __init__(
        self, answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], at_once: int
    ) -> None:
        self._answer = answer
        self._at_once = at_once
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Return the answer; raises what `answer` raised."""
        told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, told))
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer_all())
        return await told

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._at_once], self._waiting[self._at_once :]
                await self._answer_group(group)
        finally:
            self._answering = None

    async def _answer_group(self, group: list[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer([question for question, _ in group])
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            for _, told in group:
                if not told.done():
                    told.set_exception(error)
            return
        for (_, told), answer in zip(group, answers, strict=True):
            if not told.done():  # an asker may have gone
                told.set_result(answer)
