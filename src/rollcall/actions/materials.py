"""Materials as organisers handle them: files streamed to disk, links, their order; and who may have a file.

A file is stored once all of it is on disk. One that breaks off, is too large or no file of its kind leaves nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rollcall.actions.quizzes import Place
from rollcall.actions.sessions import require_media
from rollcall.base.cabinet import Cabinet
from rollcall.base.secrets import new_code
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem, TooLarge, Unavailable, WrongType
from rollcall.domain.ids import MaterialId
from rollcall.domain.materials import (
    ENDINGS,
    HEAD_BYTES,
    MOST_MATERIALS,
    File,
    is_address,
    is_file_name,
    media_type_of,
)
from rollcall.store import audit
from rollcall.store import materials as store
from rollcall.store.database import Connection, Database
from rollcall.store.materials import Material, NewMaterial
from rollcall.store.media import find_public_media
from rollcall.store.sessions import MediaRef

LEFT_AFTER_S = 24 * 3600
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Arriving:
    """A file that comes: what it is called, its title beside the picture, its size if that was said."""

    name: str
    title: str
    size_bytes: int | None
    body: AsyncIterator[bytes]


class Materials:
    """The files of one installation; none is larger than `most_bytes`."""

    def __init__(self, db: Database, cabinet: Cabinet, most_bytes: int) -> None:
        self._db = db
        self._cabinet = cabinet
        self._most_bytes = most_bytes

    async def begin(self, now_ms: int) -> None:
        """Forget what came to nothing long ago. Call it once, at the start."""
        before_s = now_ms / 1000 - LEFT_AFTER_S
        await asyncio.to_thread(self._cabinet.sweep, before_s)

    async def add_file(self, at: Place, arriving: Arriving) -> Material:
        """Take a file in.

        Raises NotFound, Malformed, TooLarge, WrongType, Conflict, Unavailable, and what the body raises.
        """
        require_file_name(arriving.name)
        self._refuse_size(arriving.size_bytes or 0)
        of = await self._db.read(lambda conn: _require_room(conn, at))
        if not await asyncio.to_thread(self._cabinet.has_room, arriving.size_bytes or self._most_bytes):
            raise Unavailable("The disk has no room for this file.")
        new_id = MaterialId(new_code())
        file = await self._store(of.code, new_id, arriving)
        try:
            return await self._add(at, NewMaterial(new_id, arriving.title, None, file))
        except BaseException:
            await asyncio.to_thread(self._cabinet.forget, of.code, new_id)
            raise

    async def add_link(self, at: Place, title: str, url: str) -> Material:
        """Add a link. Raises NotFound, Malformed, Conflict (`materials_full`)."""
        if not is_address(url):
            raise Malformed(Problem("$.url", "Must be an address that begins with https:// or http://."))
        return await self._add(at, NewMaterial(MaterialId(new_code()), title, url, None))

    async def rename(self, at: Place, material_id: str, title: str) -> Material:
        """Give a material another title. Raises NotFound."""

        def rename(conn: Connection) -> Material:
            of = require_media(conn, at.project_no, at.code)
            found = require_material(conn, of, material_id)
            store.rename_material(conn, found, title)
            _record(conn, at, "material.rename", found.id)
            return require_material(conn, of, material_id)

        return await self._db.write(rename)

    async def order(self, at: Place, wanted: Sequence[str]) -> list[Material]:
        """Let materials stand in this order. Raises NotFound, Malformed unless each is named once."""

        def order(conn: Connection) -> list[Material]:
            of = require_media(conn, at.project_no, at.code, hold=True)
            known = {material.id: material for material in store.list_materials(conn, [of.no])}
            if sorted(wanted) != sorted(known):
                sentence = "Name each material of this media once: " + ", ".join(known)
                raise Malformed(Problem("$.materials", sentence))
            store.order_materials(conn, [known[MaterialId(name)] for name in wanted])
            _record(conn, at, "material.order", of.code)
            return store.list_materials(conn, [of.no])

        return await self._db.write(order)

    async def remove(self, at: Place, material_id: str) -> None:
        """Take a material away, and a file from the disk. Raises NotFound."""

        def remove(conn: Connection) -> Material:
            of = require_media(conn, at.project_no, at.code)
            found = require_material(conn, of, material_id)
            store.remove_material(conn, found, at.now_ms)
            _record(conn, at, "material.remove", found.id, title=found.title)
            return found

        gone = await self._db.write(remove)
        if gone.file is not None:
            await asyncio.to_thread(self._cabinet.forget, gone.media_code, gone.id)

    async def find_file(self, code: str, play: str, material_id: str) -> tuple[File, Path]:
        """Return a file that a player may have; raises NotFound, always alike, for anything else."""

        def find(conn: Connection) -> Material | None:
            media = find_public_media(conn, code)
            if media is None or not store.admits(conn, media.no, play):
                return None
            return store.find_material(conn, media.no, material_id)

        found = await self._db.read(find)
        if found is None or found.file is None:
            raise NotFound("There is no such file.")
        path = self._cabinet.path(found.media_code, found.id)
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("There is no such file.")
        return found.file, path

    async def _add(self, at: Place, new: NewMaterial) -> Material:
        def add(conn: Connection) -> Material:
            of = _require_room(conn, at, hold=True)
            store.add_material(conn, of, new, at.now_ms)
            _record(conn, at, "material.add", new.id, title=new.title)
            return require_material(conn, of, new.id)

        return await self._db.write(add)

    async def _store(self, media: str, name: MaterialId, arriving: Arriving) -> File:
        """Write what comes; raises when it is too large, or not what its name says."""
        file = await asyncio.to_thread(self._cabinet.begin, media, name)
        try:
            size, media_type = await self._write(file, arriving)
            await asyncio.to_thread(self._cabinet.finish, media, name, file)
        except BaseException:
            self._cabinet.abandon(media, name, file)  # at once, also while this task is cancelled
            raise
        return File(arriving.name, media_type, size)

    async def _write(self, file: BinaryIO, arriving: Arriving) -> tuple[int, str]:
        size, head = 0, b""
        async for piece in arriving.body:
            size += len(piece)
            self._refuse_size(size)
            head += piece[: max(0, HEAD_BYTES - len(head))]
            await asyncio.to_thread(file.write, piece)
        media_type = media_type_of(arriving.name, head)
        if media_type is None:
            raise WrongType(
                "The content is not what the name of the file says, or is of a kind that is not taken."
            )
        return size, media_type

    def _refuse_size(self, size_bytes: int) -> None:
        if size_bytes > self._most_bytes:
            raise TooLarge(f"A file has at most {self._most_bytes} bytes.")


def require_file_name(name: str) -> None:
    """Raise Malformed for a name that no file of ours has."""
    if len(name) > LONGEST_NAME or not is_file_name(name):
        endings = ", ".join(ENDINGS)
        sentence = f"A plain file name has up to {LONGEST_NAME} characters and ends in one of {endings}."
        raise Malformed(Problem("name", sentence))


def require_material(conn: Connection, of: MediaRef, material_id: str) -> Material:
    """Return a material of the media; raises NotFound."""
    found = store.find_material(conn, of.no, material_id)
    if found is None:
        raise NotFound("This media has no such material.")
    return found


def _require_room(conn: Connection, at: Place, *, hold: bool = False) -> MediaRef:
    of = require_media(conn, at.project_no, at.code, hold=hold)
    if store.count_materials(conn, of.project_no, of.no) >= MOST_MATERIALS:
        raise Conflict(f"A media has at most {MOST_MATERIALS} materials.", code="materials_full")
    return of


def _record(conn: Connection, at: Place, action: str, name: str, **detail: object) -> None:
    audit.record(conn, at.project_no, at.actor, action, name, at.now_ms, media=at.code, **detail)
