"""The built scripts and styles of the pages: read once, sent compressed as a browser takes them, kept by it for good.

Their names carry a digest of what is in them, so none ever changes. The build has compressed them as well as can be
(`frontend/vite.config.mjs`); nothing is compressed while somebody waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from litestar import Request, Response, get, head
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from rollcall.domain.errors import NotFound

# The best first; each with the ending of the file that the build has written beside the plain one.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
    # A frame whose sandbox has no `allow-same-origin` is of no origin: it loads these to say what its site forgot.
    "Access-Control-Allow-Origin": "*",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: as it is, and compressed by encoding where that is smaller."""

    media_type: str
    plain: bytes
    compressed: Mapping[str, bytes]

    def answer(self, accepted: str) -> Response[bytes]:
        """Return it in the best encoding that an `Accept-Encoding` header takes."""
        taken = _encodings(accepted)
        for encoding, body in self.compressed.items():
            if encoding in taken:
                return Response(
                    body, media_type=self.media_type, headers={**HEADERS, "Content-Encoding": encoding}
                )
        return Response(self.plain, media_type=self.media_type, headers=HEADERS)


def build_assets(folder: Path) -> list[ControllerRouterHandler]:
    """Return the handlers of `/assets/…`; what is in `folder` is read now."""
    assets = _read(folder)

    def find(file: str, request: Request[object, object, State]) -> Response[bytes]:
        asset = assets.get(file.lstrip("/"))
        if asset is None:
            raise NotFound("There is no such file.")
        return asset.answer(request.headers.get("accept-encoding", ""))

    @get("/assets/{file:path}", include_in_schema=False, sync_to_thread=False)
    def asset(file: FromPath[Path], request: Request[object, object, State]) -> Response[bytes]:
        return find(str(file), request)

    @head("/assets/{file:path}", include_in_schema=False, sync_to_thread=False)
    def asset_head(file: FromPath[Path], request: Request[object, object, State]) -> Response[None]:
        found = find(str(file), request)
        headers = {**found.headers, "Content-Length": str(len(found.content))}
        return Response(None, media_type=found.media_type, headers=headers)

    return [asset, asset_head]


def _read(folder: Path) -> dict[str, Asset]:
    endings = set(ENCODINGS.values())
    return {
        str(file.relative_to(folder)): _asset(file)
        for file in folder.rglob("*")
        if file.is_file() and file.suffix not in endings
    }


def _asset(file: Path) -> Asset:
    beside = {encoding: file.with_name(file.name + ending) for encoding, ending in ENCODINGS.items()}
    compressed = {encoding: other.read_bytes() for encoding, other in beside.items() if other.exists()}
    media_type = guess_type(file.name)[0] or "application/octet-stream"
    return Asset(media_type, file.read_bytes(), compressed)


def _encodings(accepted: str) -> set[str]:
    """Return the encodings that a header names and does not refuse by a weight of zero."""
    parts = (part.replace(" ", "").lower().split(";q=") for part in accepted.split(","))
    return {name for name, *weight in parts if not weight or weight[0].strip("0.") != ""}
