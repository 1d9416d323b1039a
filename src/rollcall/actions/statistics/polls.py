"""What the polls came to, and what each row chose in the named ones. Of an anonymous poll nobody's vote is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from rollcall.actions.polls import count_of
from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.actions.statistics.quizzes import told_media
from rollcall.actions.statistics.roster import Roster
from rollcall.domain.ids import PollNo
from rollcall.store import polls as store
from rollcall.store.database import Connection
from rollcall.store.polls import Poll, VoteRow
from rollcall.wire.api.values import rfc3339, rfc3339_or_none
from rollcall.wire.statistics import ParticipantPoll, PollChoice
from rollcall.wire.statistics import Poll as PollTold


@dataclass(frozen=True, slots=True)
class Polls:
    """The polls of a report in the order of its media, and the latest vote of each row: `votes[poll][row]`."""

    polls: Sequence[Poll]
    votes: Mapping[PollNo, Mapping[int, VoteRow]]

    def has_named(self) -> bool:
        """Tell whether anybody's vote is known."""
        return bool(self.votes)


def read_polls(conn: Connection, frame: Frame, roster: Roster, ask: Ask) -> Polls:
    """Return the polls that are open or were; those of the session's media where one session is asked for."""
    nos = told_media(frame, ask)
    polls = sorted(store.list_opened(conn, nos), key=lambda poll: (nos.index(poll.media_no), poll.no))
    votes: dict[PollNo, dict[int, VoteRow]] = {poll.no: {} for poll in polls if not poll.rule.anonymous}
    if votes:
        for vote in store.all_votes(conn, frame.project_no, list(votes), roster.whose):
            row = roster.position.get(vote.user_id)
            if row is not None:
                votes[vote.poll_no][row] = vote
    return Polls(polls, votes)


def told_polls(frame: Frame, found: Polls) -> list[PollTold]:
    """Return the polls as the report tells them: counts are of everybody, whoever is asked for."""
    codes = {media.no: media.code for media in frame.media}
    return [_told(poll, codes[poll.media_no] if frame.event else None) for poll in found.polls]


def of_participant(found: Polls, row: int) -> list[ParticipantPoll]:
    """Return what a row chose in each named poll in which it has voted."""
    return [
        ParticipantPoll(
            poll.id, [poll.ballot.choices[place] for place in vote.choices], rfc3339(vote.voted_ms)
        )
        for poll in found.polls
        if (vote := found.votes.get(poll.no, {}).get(row)) is not None
    ]


def _told(poll: Poll, media: str | None) -> PollTold:
    count = count_of(poll)
    return PollTold(
        id=poll.id,
        question=poll.ballot.question,
        anonymous=poll.rule.anonymous,
        max_choices=poll.ballot.most,
        opened_at=rfc3339_or_none(poll.opened_ms),
        closed_at=rfc3339_or_none(poll.closed_ms),
        votes=count.votes,
        votes_counted=count.counted,
        choices=list(map(PollChoice, poll.ballot.choices, count.chosen)),
        media=UNSET if media is None else media,
    )
