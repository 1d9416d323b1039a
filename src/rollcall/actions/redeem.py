"""Letting a doctor in: a launch token (who) and the lists (whether) become a play grant.

The token works once. The page that redeemed it keeps the grant, and comes back with both after a reload or a crash;
the spent token alone is refused and counted, for that is what a shared link looks like. In plain mode the ID itself
is the claim, and every refusal is one and the same answer.
"""

import base64
import json
from dataclasses import dataclass
from typing import Literal

from rollcall.actions.launch import forbidden, verify_token
from rollcall.actions.telling import tell_refusal
from rollcall.base.secrets import new_key
from rollcall.domain.access import NotYet, Open, access
from rollcall.domain.errors import Forbidden, Malformed, NotFound, Problem
from rollcall.domain.flags.kinds import Sign
from rollcall.domain.ids import UserId
from rollcall.store import grants, participants
from rollcall.store.database import Connection, Database
from rollcall.store.flags import Raised, add_signs
from rollcall.store.media import Media, find_public_media
from rollcall.store.projects import get_project
from rollcall.wire.api.values import is_code, is_user_id
from rollcall.wire.embed import Redeem, Redeemed

GRANT = "grt"
MEDIA_OVER = "media_over"


class NotOpenYet(Forbidden):
    """Raised when the participant's access begins later; `opens_ms` says when."""

    code = "not_open_yet"

    def __init__(self, opens_ms: int) -> None:
        super().__init__("The access of this participant has not begun.")
        self.opens_ms = opens_ms


@dataclass(frozen=True, slots=True)
class Embedded:
    """The media of an embedded page. `parents`: origins that may frame it (empty = our own)."""

    media: Media
    parents: tuple[str, ...]


async def find_embedded(db: Database, media_code: str) -> Embedded:
    """Return the media behind an embedded page; raises NotFound."""

    def find(conn: Connection) -> Embedded | None:
        media = find_public_media(conn, media_code)
        if media is None:
            return None
        return Embedded(media, tuple(get_project(conn, media.project_no).embed_origins))

    embedded = await db.read(find) if is_code(media_code) else None
    if embedded is None:
        raise NotFound("There is no such media.")
    return embedded


async def redeem(db: Database, embedded: Embedded, asked: Redeem, now_ms: int) -> Redeemed:
    """Return the grant for what the page shows. Raises Malformed or Forbidden, with the reason as its code."""
    if (asked.token is None) == (asked.user_id is None):
        raise Malformed(Problem("$", "Send exactly one of 'token' and 'user_id'."))
    if asked.grant is not None:
        kept = await _resumed(db, embedded, asked, now_ms)
        if kept is not None:
            return kept
    if asked.token is not None:
        return await _redeem_token(db, embedded, asked.token, now_ms)
    return await _redeem_plain(db, embedded, UserId(asked.user_id or ""), now_ms)


async def _resumed(db: Database, embedded: Embedded, asked: Redeem, now_ms: int) -> Redeemed | None:
    """Return the grant that this page already has, if it is good and belongs to the token or ID it shows."""
    kept = asked.grant or ""

    def check(conn: Connection) -> grants.Grant | None:
        grant = grants.find_grants(conn, [kept]).get(kept)
        if grant is not None and grant.media_no != embedded.media.no:
            return None
        if grant is not None:
            _admit(conn, embedded.media, grant.user_id, now_ms)
        return grant

    grant = await db.read(check)
    if grant is None or not _belongs(grant, asked):
        return None
    return Redeemed(kept, grant.identity, list(embedded.parents))


def _belongs(grant: grants.Grant, asked: Redeem) -> bool:
    """Tell whether the page shows what this grant was redeemed for.

    The grant is the proof here: the token's signature and life were checked when it was spent.
    """
    if asked.token is None:
        return grant.identity == "plain" and grant.user_id == asked.user_id
    return grant.jti is not None and grant.jti == _claimed_jti(asked.token)


def _claimed_jti(token: str) -> str | None:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["jti"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None


async def _redeem_token(db: Database, embedded: Embedded, token: str, now_ms: int) -> Redeemed:
    media, secret = embedded.media, new_key(GRANT)
    claims = await verify_token(db, token, media.project_no, media.code, now_ms)

    def spend(conn: Connection) -> bool:
        _admit(conn, media, claims.user_id, now_ms)
        grant = _grant(media, claims.user_id, claims.name, "signed", claims.jti)
        fresh = grants.spend_token(conn, grant, now_ms)
        if fresh:
            _refuse_if_over(media, now_ms)
            grants.add_grant(conn, secret, grant, now_ms)
        else:
            sign = Sign("token_reused", claims.jti, 1, now_ms, now_ms)
            of = media.project_no, media.event_no, media.no
            add_signs(conn, [Raised(*of, claims.user_id, None, sign)])
        return fresh

    try:
        # Refused only after the commit: the flag of a shared link's second use is kept.
        if not await db.write(spend):
            raise Forbidden("This link was already used in another browser.", code="token_spent")  # noqa: TRY301
    except Forbidden as refused:
        await tell_refusal(db, media, claims.user_id, "signed", refused.code, now_ms)
        raise
    return Redeemed(secret, "signed", list(embedded.parents))


async def _redeem_plain(db: Database, embedded: Embedded, user_id: UserId, now_ms: int) -> Redeemed:
    if embedded.media.identity != "plain":
        raise Forbidden("This media needs a signed launch token.", code="identity_not_plain")
    if not is_user_id(user_id):
        raise _denied()
    secret = new_key(GRANT)

    def grant_access(conn: Connection) -> None:
        _admit(conn, embedded.media, user_id, now_ms)
        _refuse_if_over(embedded.media, now_ms)
        grants.add_grant(conn, secret, _grant(embedded.media, user_id, None, "plain", None), now_ms)

    try:
        await db.write(grant_access)
    except Forbidden as refused:
        await tell_refusal(db, embedded.media, user_id, "plain", refused.code, now_ms)
        if refused.code == MEDIA_OVER:
            raise
        raise _denied() from None
    return Redeemed(secret, "plain", list(embedded.parents))


def _denied() -> Forbidden:
    """Return the one answer to all: whoever tries IDs learns nothing about any of them."""
    return Forbidden("No access with this ID.", code="access_denied")


async def admits_plain(db: Database, embedded: Embedded, user_id: UserId, now_ms: int) -> bool:
    """Tell whether an unsigned ID opens the media now; every reason why not is one and the same."""
    if embedded.media.identity != "plain" or not is_user_id(user_id):
        return False

    def is_open(conn: Connection) -> bool:
        try:
            _admit(conn, embedded.media, user_id, now_ms)
        except Forbidden:
            return False
        return True

    return await db.read(is_open)


def _admit(conn: Connection, media: Media, user_id: UserId, now_ms: int) -> None:
    """Raise Forbidden unless the lists let this user in now."""
    verdict = access(participants.find_access_rows(conn, media.project_no, media.no, user_id), now_ms)
    if isinstance(verdict, NotYet):
        raise NotOpenYet(verdict.opens_ms)
    if not isinstance(verdict, Open):
        raise forbidden(verdict)


def _refuse_if_over(media: Media, now_ms: int) -> None:
    if media.state(now_ms) == "ended":
        raise Forbidden("The broadcast is over.", code=MEDIA_OVER)


def _grant(
    media: Media, user_id: UserId, name: str | None, identity: Literal["signed", "plain"], jti: str | None
) -> grants.Grant:
    return grants.Grant(
        0, media.project_no, media.event_no, media.no, media.code, user_id, name, identity, jti
    )
