"""The installation's own secrets: made at the first start, kept in the data directory with mode 0600.

One file, one random value per purpose, so that no key serves two of them; a purpose that a later version adds gets its
value at the next start, the others stay. Also where random names come from.
"""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rollcall.domain.ids import CODE_ALPHABET, CODE_LENGTH, PLAY_ID_LENGTH

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys of 32 random bytes, in hexadecimal as stored.

    `ticks` macs ticks, `paths` signs media paths, `prompts` macs prompts.
    """

    ticks: str
    paths: str
    prompts: str

    def tick_key(self) -> bytes:
        """Return the key that macs ticks."""
        return bytes.fromhex(self.ticks)

    def path_key(self) -> bytes:
        """Return the key that signs path tokens."""
        return bytes.fromhex(self.paths)

    def prompt_key(self) -> bytes:
        """Return the key that macs prompts."""
        return bytes.fromhex(self.prompts)


def load_or_create(data: Path) -> Secrets:
    """Return the secrets of this data directory; those that are missing are made now.

    Raises OSError when they cannot be read or kept.
    """
    file = data / FILE
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    made = Secrets(**{field.name: secrets.token_hex(32) for field in fields(Secrets)} | known)
    if asdict(made) != known:
        _keep(file, made)
    return made


def _keep(file: Path, made: Secrets) -> None:
    part = file.with_name(FILE + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(asdict(made), out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def new_code(length: int = CODE_LENGTH) -> str:
    """Return a random public code of letters and digits, none of them easily mistaken for another."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def new_check_code(count: int) -> str:
    """Return random digits to be typed by a person."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def new_play_id() -> str:
    """Return a random id of a play."""
    return new_code(PLAY_ID_LENGTH)


def new_key(prefix: str) -> str:
    """Return a secret of 256 random bits with a prefix that tells people what it is."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def new_webhook_secret() -> str:
    """Return a secret that signs notices: 256 random bits in Base64, as receivers' libraries read it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def new_digits() -> str:
    """Return three groups of three random digits, as a person can type them."""
    return "-".join(f"{secrets.randbelow(1000):03d}" for _ in range(3))
