"""Evidence that comes by its upload key alone: rows of an earlier play, or of one whose page is being left.

Whoever is logged in now does not matter, nor whether access or the media has ended. A play that this process holds
simply gets the rows; any other is taken over for as long as it takes to commit them, and let go.
"""

from hmac import compare_digest

from rollcall.actions.intake import Evidence, Intake, has_rows, slow_down
from rollcall.base.clock import Clock
from rollcall.domain.errors import NotFound
from rollcall.domain.evidence.step import hold_on
from rollcall.domain.evidence.tick import Tick, first_number_after_resume
from rollcall.domain.ids import MediaCode, PlayId
from rollcall.live.held import HeldPlays
from rollcall.live.plays import LivePlay
from rollcall.store import plays
from rollcall.store.database import Database
from rollcall.store.grants import hash_secret
from rollcall.wire import viewer_out
from rollcall.wire.close import Close
from rollcall.wire.exchange import Exchanged, Upload

TRIES = 3


class Uploads:
    """Appends evidence to plays by their keys."""

    def __init__(self, db: Database, clock: Clock, held: HeldPlays, intake: Intake) -> None:
        self._db = db
        self._clock = clock
        self._held = held
        self._intake = intake
        self._taken: set[LivePlay] = set()  # held for nothing but an upload

    async def append(self, media_code: str, upload: Upload) -> Exchanged:
        """Apply what `upload` brings and answer once it is on disk; every message has to be about its play.

        An upload without rows is answered by a tick: its echo places rows of an epoch that never answered one.
        Raises NotFound, always with the same words, unless play, key and media belong together.
        """
        brings = any(has_rows(message) for message in upload.messages)
        for _ in range(TRIES):
            play = self._find_held(media_code, upload)
            if play is None:
                known = await self._find(media_code, upload)
                if not brings:
                    return self._asked_for_tick(known, PlayId(upload.play.id))
                if self._intake.is_behind():
                    return Exchanged([slow_down()])
                play = await self._take_over(media_code, upload, known)
            try:
                answer = await self._append(play, upload.messages, brings=brings)
            finally:
                self._let_go(play)
            if answer is not None:
                return answer
        return Exchanged([], Close.TAKEN_OVER)

    async def _append(self, play: LivePlay, messages: list[Evidence], *, brings: bool) -> Exchanged | None:
        """Return None when somebody else took the play over meanwhile: then the rows are theirs to be given."""
        told: list[viewer_out.ViewerOut] = []
        for message in messages:
            answers = self._intake.take(play, message, None)
            told += [answer for answer in answers if not isinstance(answer, viewer_out.Ack)]
        if not brings:
            told.append(self._intake.tick(play))
        if not await play.until_durable(play.state.applied) and play.dropped is Close.TAKEN_OVER:
            return None
        if play.dropped is not None:
            return Exchanged([], play.dropped)
        return Exchanged([*told, viewer_out.Ack(play.durable)])

    def _find_held(self, media_code: str, upload: Upload) -> LivePlay | None:
        play = self._held.find(upload.play.id)
        if play is None or play.media_code != media_code:
            return None
        key_hash = hash_secret(upload.play.upload_key)
        return play if compare_digest(play.upload_key_hash, key_hash) else None

    async def _find(self, media_code: str, upload: Upload) -> plays.KnownPlay:
        code, key = upload.play.id, upload.play.upload_key
        known = await self._db.read(lambda conn: plays.find_play(conn, media_code, code, key))
        if known is None:
            raise _no_such_play()
        return known

    def _asked_for_tick(self, known: plays.KnownPlay, code: PlayId) -> Exchanged:
        now_ms = self._clock.now_ms()
        tick = Tick(first_number_after_resume(known.opened_ms, now_ms), now_ms)
        return Exchanged([self._intake.signed(code, tick), viewer_out.Ack(known.applied)])

    async def _take_over(self, media_code: str, upload: Upload, known: plays.KnownPlay) -> LivePlay:
        async with self._held.turn(upload.play.id):
            play = self._find_held(media_code, upload)
            if play is not None:
                return play
            held = await self._db.write(lambda conn: plays.take_known(conn, known))
            if held is None:
                raise _no_such_play()
            play = self._alive(media_code, upload, known, held)
            self._held.put(play)
            self._taken.add(play)
            return play

    def _let_go(self, play: LivePlay) -> None:
        if play in self._taken and not play.is_awaited():
            self._taken.discard(play)
            self._held.release(play)

    def _alive(
        self, media_code: str, upload: Upload, known: plays.KnownPlay, held: plays.HeldPlay
    ) -> LivePlay:
        return LivePlay(
            no=held.no,
            code=held.code,
            project_no=known.project_no,
            event_no=known.event_no,
            media_no=known.media_no,
            media_code=MediaCode(media_code),
            user_id=known.user_id,
            generation=held.generation,
            rejected=held.rejected,
            lost=held.lost,
            state=hold_on(held.state, self._clock.node),
            durable=held.state.applied,
            connected_ms=held.connected_ms,
            tell_durable=lambda _: None,
            give_up=lambda _: None,
            upload_key_hash=hash_secret(upload.play.upload_key),
            next_tick=first_number_after_resume(known.opened_ms, self._clock.now_ms()),
        )


def _no_such_play() -> NotFound:
    return NotFound("There is no such play of this media, or its key is another.")
