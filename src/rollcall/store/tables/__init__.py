"""Every table, in the words of `docs/concepts.md`. Times are Unix milliseconds of server time (`…_ms`).

Every row that belongs to a project carries it, and what is judged together carries its event. Deleting hides a
row (`removed_ms`): evidence stays. Identifiers that outside programs see are `code`; `no` is internal.
"""

from rollcall.store.tables.access import grants, list_media, lists, participants, redeemed_tokens
from rollcall.store.tables.chat import chat_authors, chat_bans, chat_messages, chat_votes
from rollcall.store.tables.columns import metadata
from rollcall.store.tables.evidence import marks, plays, spans
from rollcall.store.tables.exports import export_pieces, exports
from rollcall.store.tables.materials import materials
from rollcall.store.tables.organiser import (
    api_keys,
    audit,
    embed_keys,
    events,
    framing_refusals,
    idempotency_keys,
    installation,
    logos,
    media,
    projects,
)
from rollcall.store.tables.polls import poll_votes, polls
from rollcall.store.tables.presence import (
    check_plans,
    checks,
    plan_draws,
    prompt_arrivals,
    prompts,
    session_revisions,
    sessions,
)
from rollcall.store.tables.quizzes import quiz_answers, quiz_attempts, quiz_questions, quizzes
from rollcall.store.tables.recordings import recordings
from rollcall.store.tables.review import flags, outages, reviews, self_beats
from rollcall.store.tables.webhooks import deliveries, notices, webhooks

__all__ = [
    "api_keys",
    "audit",
    "chat_authors",
    "chat_bans",
    "chat_messages",
    "chat_votes",
    "check_plans",
    "checks",
    "deliveries",
    "embed_keys",
    "events",
    "export_pieces",
    "exports",
    "flags",
    "framing_refusals",
    "grants",
    "idempotency_keys",
    "installation",
    "list_media",
    "lists",
    "logos",
    "marks",
    "materials",
    "media",
    "metadata",
    "notices",
    "outages",
    "participants",
    "plan_draws",
    "plays",
    "poll_votes",
    "polls",
    "projects",
    "prompt_arrivals",
    "prompts",
    "quiz_answers",
    "quiz_attempts",
    "quiz_questions",
    "quizzes",
    "recordings",
    "redeemed_tokens",
    "reviews",
    "self_beats",
    "session_revisions",
    "sessions",
    "spans",
    "webhooks",
]
