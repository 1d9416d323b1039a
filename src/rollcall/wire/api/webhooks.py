"""Bodies and answers of webhooks and their deliveries."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.domain.webhooks.kinds import Format
from rollcall.wire.api.values import PLAIN, In, MomentOut, Title

UrlText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        pattern=PLAIN,
        description="`https://…` or `http://…`; no user name, no fragment. Redirects are not followed.",
    ),
]
TypeText = Annotated[str, Meta(min_length=1, max_length=40, pattern=PLAIN)]
Types = Annotated[
    list[TypeText],
    Meta(
        min_length=1,
        max_length=40,
        description="v1: `media.live`, `media.ended`, `signal.on`, `signal.off`, `session.started`, `session.stopped`, "
        "`check.issued`, `check.answered`, `check.closed`, `participant.refused`. "
        "boomstream: `live.started`, `live.stopped`.",
    ),
]
DeliveryState = Literal["pending", "delivered", "failed"]


class NewWebhook(In, frozen=True):
    """Where to send what. Without `types` everything that the format knows; a format is never changed."""

    url: UrlText
    format: Format = "v1"
    types: Types | None = None
    title: Title | None = None
    active: bool = True


class WebhookChange(In, frozen=True):
    """What may be changed of a webhook; a field left out stays. While it is not active nothing is noted or sent."""

    url: UrlText | UnsetType = UNSET
    types: Types | UnsetType = UNSET
    title: Title | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET


class WebhookOut(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. `pending` deliveries wait; `dropped` were not kept, because too many waited.

    `old_secret_until`: until then each notice is signed by the secret before, too.
    """

    id: str
    title: str | None
    url: str
    format: Format
    types: list[str]
    active: bool
    pending: int
    dropped: int
    old_secret_until: MomentOut | None
    created_at: MomentOut


class NewWebhookOut(WebhookOut, frozen=True, kw_only=True):
    """A new webhook. `secret` is shown this once: it verifies what comes."""

    secret: str


class NewSecretOut(msgspec.Struct, frozen=True):
    """A new secret, shown this once; the one before signs too until `old_secret_until`."""

    secret: str
    old_secret_until: MomentOut


class DeliveryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One notice on its way to one webhook; `id` is its `webhook-id`, `type` in the words of the webhook's format.

    `status`, `error` and `took_ms` tell how the last attempt went: the HTTP status, or `not_accepted`, `redirected`,
    `timed_out`, `connection_failed`, `tls_failed`, `name_not_found`, `address_not_allowed`, `bad_answer`, `given_up`.
    """

    id: str
    type: str
    at: MomentOut
    state: DeliveryState
    attempts: int
    next_attempt_at: MomentOut | None
    last_attempt_at: MomentOut | None
    status: int | None
    error: str | None
    took_ms: int | None
