"""What stands in the protocol: a report in the words of its language, with times in the zone of its media.

Everything is a text by now, except how wide the table is. It knows no typesetting.
"""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, UnsetType

from rollcall.domain.logo import Logo
from rollcall.render.cells import quizzes_of, verdict_of, votes_of
from rollcall.render.protocol.words import words_of
from rollcall.wire.statistics import Event, Participant, Poll, Quiz, Report, Rules, Session

MINUTE_MS = 60_000
NO_BREAK = "\u00a0"
PORTRAIT_COLUMNS, MOST_COLUMNS, COLUMNS_OF_QUIZZES = 4, 12, 3
MOMENT = "%d.%m.%Y %H:%M"
MOST_IDS = 12
ASKED = frozenset({"confirmed", "missed", "pending"})


@dataclass(frozen=True, slots=True)
class Page:
    """A report as it is put into words; its rows come one by one."""

    report: Report
    words: dict[str, str]
    zone: ZoneInfo

    def head(self) -> dict[str, Any]:
        """Return everything but the rows."""
        report, head = self.report, self.report.head
        return {
            "lang": report.language,
            "words": self.words,
            "title": head.title,
            "is_event": isinstance(head, Event),
            "organiser": report.organiser,
            "logo": logo_file(report.logo) if report.logo is not None else "",
            "media": [f"{m.title} ({m.code})" for m in head.media] if isinstance(head, Event) else [],
            "code": head.code,
            "zone": self._zone(),
            "period": self._period(),
            "sessions": [self._session(n, session) for n, session in enumerate(report.sessions, 1)],
            "checks": [
                [
                    str(n),
                    self.moment(c.issued_at, seconds=True),
                    str(c.lifetime_s),
                    str(c.confirmed),
                    str(c.missed),
                ]
                for n, c in enumerate(report.checks, 1)
            ],
            "quizzes": [self._quiz(n, quiz) for n, quiz in enumerate(report.quizzes, 1)],
            "polls": [self._poll(n, poll) for n, poll in enumerate(report.polls, 1)],
            "taken": self._taken_title(),
            "named": any(not poll.anonymous for poll in report.polls),
            "rules": self._rules(),
            "outages": [
                [self.moment(o.start), self.moment(o.end), o.reason or self.words[o.source]]
                for o in report.outages
            ],
            "made": f"{self.words['made']} {self.moment(report.generated_at, seconds=True)}, "
            f"{self.words['by']} {version('rollcall')}",
            "columns": len(report.sessions) if len(report.sessions) <= MOST_COLUMNS else 0,
            "wide": len(report.sessions) + COLUMNS_OF_QUIZZES * bool(self._taken_title()) > PORTRAIT_COLUMNS,
        }

    def row(self, number: int, row: Participant) -> list[str]:
        """Return one line of the table: who, minutes by session, in all, checks, remark, quizzes and polls."""
        watched = {s.session_id: str(s.watched_ms // MINUTE_MS) for s in row.sessions}
        by_session = [watched.get(session.id, "–") for session in self.report.sessions]
        if len(by_session) > MOST_COLUMNS:
            numbered = enumerate(by_session, 1)
            by_session = [
                " · ".join(f"{n}:{NO_BREAK}{cell}" for n, cell in numbered if cell not in {"0", "–"})
            ]
        asked = [check.outcome for check in row.checks if check.outcome in ASKED]
        return [
            str(number),
            row.name or "",
            row.user_id,
            self._joined(row),
            *by_session,
            str(row.watched_ms // MINUTE_MS),
            f"{asked.count('confirmed')} {self.words['of']} {len(asked)}",
            self._remark(row),
            "\n".join([*self._taken(row), *self._voted(row)]),
        ]

    def moment(self, text: str | None, *, seconds: bool = False) -> str:
        """Return a moment of the report in its zone, "" for none."""
        if text is None:
            return ""
        return (
            datetime.fromisoformat(text).astimezone(self.zone).strftime(MOMENT + (":%S" if seconds else ""))
        )

    def _joined(self, row: Participant) -> str:
        if row.user_ids is UNSET or row.user_ids == [row.user_id]:
            return ""
        more = len(row.user_ids) - MOST_IDS
        return ", ".join(row.user_ids[:MOST_IDS]) + (f" … +{more}" if more > 0 else "")

    def _quiz(self, number: int, quiz: Quiz) -> list[str]:
        most = "" if quiz.max_points is None else str(quiz.max_points)
        counts = quiz.participants, quiz.participants_passed, quiz.participants_pending
        hall = self._hall(quiz.media)
        return [str(number), quiz.title, hall, f"{quiz.pass_percent}{NO_BREAK}%", most, *map(str, counts)]

    def _taken(self, row: Participant) -> list[str]:
        """Return a line for each quiz that a participant began."""
        taken = quizzes_of(row)
        return [
            self.words["quiz_result"].format(
                number=number,
                verdict=self.words[f"quiz_{verdict_of(one)}"],
                points=self._decimal(one.points),
                max_points=one.max_points,
                percent=self._decimal(one.percent),
                attempts=one.attempts,
            )
            for number, quiz in enumerate(self.report.quizzes, 1)
            if (one := taken.get(quiz.id)) is not None
        ]

    def _taken_title(self) -> str:
        """Return what the column of quizzes and votes is called, "" where there is none."""
        quizzes, named = bool(self.report.quizzes), any(not poll.anonymous for poll in self.report.polls)
        name = {(True, True): "quizzes_and_polls", (True, False): "quizzes", (False, True): "polls"}
        return self.words[name[quizzes, named]] if quizzes or named else ""

    def _poll(self, number: int, poll: Poll) -> list[str]:
        question = f"{poll.question} ({self.words['anonymous']})" if poll.anonymous else poll.question
        chosen = [f"{n}. {choice.text}: {choice.votes}" for n, choice in enumerate(poll.choices, 1)]
        held = poll.votes - poll.votes_counted
        if held:
            chosen.append(self.words["votes_held"].format(count=held))
        return [str(number), question, self._hall(poll.media), str(poll.votes), "\n".join(chosen)]

    def _voted(self, row: Participant) -> list[str]:
        """Return a line for each named poll in which a participant voted."""
        votes = votes_of(row)
        return [
            self.words["poll_vote"].format(number=number, choices=_numbers(poll, vote.chosen))
            for number, poll in enumerate(self.report.polls, 1)
            if (vote := votes.get(poll.id)) is not None
        ]

    def _decimal(self, value: float) -> str:
        return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", self.words["decimal_point"])

    def _remark(self, row: Participant) -> str:
        plain = [self.words["plain"]] if row.identity == "plain" else []
        removed = [f"{self.words['removed']} {self.moment(row.removed_at)}"] if row.removed_at else []
        return "; ".join([*plain, *removed])

    def _session(self, number: int, session: Session) -> list[str]:
        minutes = str(session.duration_ms // MINUTE_MS)
        hall = self._hall(session.media)
        if session.from_ms is not UNSET and session.to_ms is not UNSET:
            start = f"{self.words['of_content']} {_clock(session.from_ms)}"
            return [str(number), session.title, hall, start, _clock(session.to_ms), minutes]
        end = self.moment(session.ends_at) or self.words["goes_on"]
        return [str(number), session.title, hall, self.moment(session.starts_at), end, minutes]

    def _hall(self, code: str | UnsetType) -> str:
        """Return the title of a media of an event, "" where there is but one."""
        media = self.report.head.media if isinstance(self.report.head, Event) else []
        return "" if code is UNSET else {m.code: m.title for m in media}.get(code, code)

    def _period(self) -> str:
        starts = [s.starts_at for s in self.report.sessions if s.starts_at]
        ends = [s.ends_at or self.report.generated_at for s in self.report.sessions if s.starts_at]
        return f"{self.moment(min(starts))} – {self.moment(max(ends))}" if starts else ""

    def _zone(self) -> str:
        offset = datetime.fromisoformat(self.report.generated_at).astimezone(self.zone).strftime("%z")
        return f"{self.zone.key} (UTC{offset[:3]}:{offset[3:]})"

    def _rules(self) -> list[str]:
        rules, head = self.report.rules, self.report.head
        if rules is None:
            return []
        joins = isinstance(head, Event) and head.join_users_by is not UNSET
        joined = [self.words[f"join_{head.join_users_by}"]] if joins else []  # type: ignore[union-attr]
        names = [
            "watched",
            rules.presence_policy,
            f"hidden_{'yes' if rules.hidden_counts else 'no'}",
            f"behind_{'yes' if rules.behind_counts else 'no'}",
            "late",
            "present",
        ]
        return [self.words[name].format(**_figures(rules)) for name in names] + joined


def page_of(report: Report) -> Page:
    """Return the report in its language and zone."""
    return Page(report, words_of(report.language), ZoneInfo(report.head.timezone))


def logo_file(logo: Logo) -> str:
    """Return the name of the file that the template finds the logo in."""
    return f"logo.{logo.kind}"


def _figures(rules: Rules) -> dict[str, str]:
    return {
        "gap_min": f"{rules.gap_ms / MINUTE_MS:g}",
        "late_percent": str(rules.late_percent),
        "step_s": f"{rules.step_ms / 1000:g}",
        "step_percent": str(rules.step_percent),
        "behind_s": f"{rules.behind_from_ms / 1000:g}",
        "present_s": f"{rules.present_before_ms / 1000:g}",
        "unshown_prompts": str(rules.unshown_prompts),
    }


def _numbers(poll: Poll, chosen: list[str]) -> str:
    """Return the numbers of chosen choices, as the table of polls has them."""
    return ", ".join(str(n) for n, choice in enumerate(poll.choices, 1) if choice.text in chosen)


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
