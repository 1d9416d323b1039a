"""How long each participant has been proven playing inside sessions, live: what check plans count on.

It follows the evidence of live grade as it is committed, over all plays, each moment once and in whatever order proofs
come; the statistics do not use it. After a restart a participant begins at what the store proves. In memory only.

Of a recording, and of a broadcast in which viewers may go back, sessions hold content, and it counts what `reel` says.

Who is present can be asked, and whoever earns live time has to be. So presence follows what has come just now, not what
it speaks of: live time may come half a minute late, and end with a pause.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from rollcall.domain.credit.reach import back_ms, reached
from rollcall.domain.credit.spans import PROGRAMME_MS, Slice
from rollcall.domain.growing import Growing
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.sessions import ContentWindow
from rollcall.live.reel import PRESENT_WITHIN_MS, Key, Proof, Reel

ALONE: Final = -2  # under which number of a play stretches are kept of which no span is known

NOWHERE = Interval(0, 0)  # content of no session of a broadcast


class Playing:
    """Playing time by media and user. `windows` are a media's sessions, half-open; an end of None is open.

    `contents` are those that hold content.
    """

    def __init__(self) -> None:
        self._windows: dict[MediaNo, Sequence[tuple[int, int | None]]] = {}
        self._proven: dict[MediaNo, dict[UserId, Growing]] = {}
        self._known: set[tuple[MediaNo, UserId]] = set()
        self._came: dict[MediaNo, dict[UserId, int]] = {}  # when the latest proof of playing came
        self._contents: dict[MediaNo, Sequence[ContentWindow]] = {}
        self._back_ms: dict[MediaNo, int] = {}  # of broadcasts in which viewers may go back
        self._reels: dict[MediaNo, dict[UserId, Reel]] = {}
        self._alone = 0  # how many stretches came of which no span is known

    def set_windows(self, media: MediaNo, windows: Sequence[tuple[int, int | None]]) -> None:
        """Count from now on what falls into these sessions of `media`."""
        self._windows[media] = windows

    def set_contents(self, media: MediaNo, contents: Sequence[ContentWindow]) -> None:
        """Count from now on the content of `media` that lies in these sessions."""
        self._contents[media] = contents

    def knows(self, media: MediaNo, user_id: UserId) -> bool:
        """Return whether the participant has a baseline in this process."""
        return (media, user_id) in self._known

    def set_baseline(
        self,
        media: MediaNo,
        user_id: UserId,
        proven: Sequence[Interval],
        of_content: Sequence[Slice] = (),
    ) -> None:
        """Begin to count a participant at what the store proves, beside what was committed while it was read.

        `of_content`: the same with the content that was played, if it is known.
        """
        self._of(media, user_id).update(proven)
        if of_content:
            self._reel(media, user_id).begin(of_content)
        self._known.add((media, user_id))

    def note(
        self,
        media: MediaNo,
        user_id: UserId,
        start_ms: int,
        end_ms: int,
        now_ms: int,
        content: Interval | None = None,
        span: tuple[Key, Slice] | None = None,
    ) -> None:
        """Count a stretch of playing proven now; what was proven already, by whichever play, counts once.

        `content`: what was played in it, if it is known. `span`: which it has become part of, None = it is one itself.
        """
        self._came.setdefault(media, {})[user_id] = now_ms
        stretch = Interval(start_ms, end_ms)
        self._of(media, user_id).add(stretch)
        if content is not None:
            part = Slice(stretch, content)
            self._alone += span is None
            key, whole = span or ((ALONE, self._alone), part)
            self._reel(media, user_id).note(Proof(part, key, whole), now_ms)

    def played_ms(self, media: MediaNo, user_id: UserId) -> int:
        """Return the playing time inside sessions so far."""
        windows, proven = self._windows.get(media, ()), self._of(media, user_id)
        return sum(
            part.end - part.start
            for begin, end in windows
            for part in proven.within(begin, proven.end if end is None else end)
        )

    def expected_ms(self, media: MediaNo, user_id: UserId, now_ms: int) -> int:
        """Return the playing time inside sessions as it will be proven if a participant plays on until now."""
        if contents := self._contents.get(media):
            return self._reel(media, user_id).counted_ms(contents, now_ms)
        until_ms = self._of(media, user_id).end
        played_ms = self.played_ms(media, user_id)
        plays_on = until_ms < now_ms and self._is_present(media, user_id, now_ms)
        return played_ms + self._inside(media, until_ms, now_ms) if plays_on else played_ms

    def present(self, media: MediaNo, now_ms: int) -> list[UserId]:
        """Return everybody whose latest proof of playing came at most 15 s ago."""
        return [
            user_id
            for user_id in self._came.get(media, {})
            if self._is_present(media, user_id, now_ms) and self.knows(media, user_id)
        ]

    def at_most_ms(self, media: MediaNo, user_id: UserId, now_ms: int) -> int:
        """Return what `expected_ms` does not exceed where sessions hold content: cheap to ask of everybody."""
        reel = self._reels.get(media, {}).get(user_id)
        return 0 if reel is None else reel.at_most_ms(self._contents.get(media, ()), now_ms)

    def covered_ms(self, media: MediaNo, user_id: UserId, session: ContentWindow, now_ms: int) -> int:
        """Return how much content of such a session a participant has played, expected like `expected_ms`."""
        return self._reel(media, user_id).covered_ms(self._contents[media], session, now_ms)

    def place(self, media: MediaNo, user_id: UserId, now_ms: int) -> ContentWindow | None:
        """Return which session of content a participant is playing, None = none of them."""
        reel = self._reels.get(media, {}).get(user_id)
        return None if reel is None else reel.place(self._contents.get(media, ()), now_ms)

    def set_reach(self, media: MediaNo, reach_s: int | None) -> None:
        """Count of `media` only what can be reached where viewers may go back so far; None = they may not."""
        back = None if reach_s is None else back_ms(reach_s)
        if back == self._back_ms.get(media):
            return
        if back is None:
            del self._back_ms[media]
        else:
            self._back_ms[media] = back
        for reel in self._reels.get(media, {}).values():
            reel.place_again()

    def _placed(self, media: MediaNo, part: Slice) -> Slice:
        """Return a stretch with its content; of a broadcast what is no programme time went with the clock.

        Of programme time that was out of reach nothing was shown: it is nowhere.
        """
        back = self._back_ms.get(media)
        if back is None:
            return part
        if part.content.start < PROGRAMME_MS:
            return Slice(part.wall, part.wall)
        return reached(part, back) or Slice(part.wall, NOWHERE)

    def _is_present(self, media: MediaNo, user_id: UserId, now_ms: int) -> bool:
        came_ms = self._came.get(media, {}).get(user_id)
        return came_ms is not None and now_ms - came_ms <= PRESENT_WITHIN_MS

    def _of(self, media: MediaNo, user_id: UserId) -> Growing:
        of_media = self._proven.setdefault(media, {})
        if user_id not in of_media:
            of_media[user_id] = Growing()
        return of_media[user_id]

    def _reel(self, media: MediaNo, user_id: UserId) -> Reel:
        of_media = self._reels.setdefault(media, {})
        if user_id not in of_media:
            of_media[user_id] = Reel(partial(self._placed, media))
        return of_media[user_id]

    def _inside(self, media: MediaNo, start_ms: int, end_ms: int) -> int:
        return sum(
            max(0, min(end_ms, end if end is not None else end_ms) - max(start_ms, begin))
            for begin, end in self._windows.get(media, ())
        )
