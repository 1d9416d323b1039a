"""Write `frontend/shared/wire`: the shapes of the viewer socket and of the embed page, as TypeScript.

The Python Structs are the source; this turns their JSON Schema into interfaces. It knows nothing of
the pages. What a page sends may leave defaults out; what a page receives has every field.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from rollcall.wire import embed, exchange, viewer_in, viewer_out
from rollcall.wire.close import Close

FOLDER = Path(__file__).resolve().parent.parent / "frontend" / "shared" / "wire"
HEADER = "// Written by scripts/wire_types.py from src/rollcall/wire. Change the Structs and run it.\n"

Schema = dict[str, Any]


def typescript() -> dict[str, str]:
    """Return the text of each file by its name."""
    texts = {
        "sent": _section(
            "ViewerIn", viewer_in.ViewerIn, embed.Redeem, exchange.Upload, exchange.Poll, received=False
        ),
        "received": _section(
            "ViewerOut", viewer_out.ViewerOut, embed.Redeemed, exchange.Exchanged, received=True
        ),
        "close": [_close_codes()],
        "index": [f'export * from "./{name}";' for name in ("close", "received", "sent")] + [""],
    }
    return {f"{name}.ts": "\n".join([HEADER, *text]) for name, text in texts.items()}


def _section(union: str, messages: Any, *others: Any, received: bool) -> list[str]:
    (roots, shapes) = msgspec.json.schema_components([messages, *others])
    interfaces = [_interface(name, shape, received=received) for name, shape in shapes.items()]
    members = " | ".join(_reference(member) for member in roots[0]["anyOf"])
    return [*interfaces, f"export type {union} = {members};\n"]


def _interface(name: str, shape: Schema, *, received: bool) -> str:
    required = set(shape.get("required", ()))
    lines = [
        f"  {field}{'' if received or field in required else '?'}: {_type(schema)};"
        for field, schema in shape["properties"].items()
    ]
    return "\n".join([_comment(shape.get("description")), f"export interface {name} {{", *lines, "}\n"])


def _comment(text: str | None) -> str:
    lines = [f" * {line.strip()}".rstrip() for line in (text or "").splitlines()]
    return "\n".join(["/**", *lines, " */"])


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _reference(schema)
    if "anyOf" in schema:
        return " | ".join(_type(member) for member in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if schema["type"] == "array":
        return _array(schema)
    return {
        "integer": "number",
        "number": "number",
        "string": "string",
        "boolean": "boolean",
        "null": "null",
    }[schema["type"]]


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(item) for item in schema['prefixItems'])}]"
    item = _type(schema["items"])
    return f"({item})[]" if " | " in item else f"{item}[]"


def _reference(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _close_codes() -> str:
    codes = [f"  {code.name}: {code.value}," for code in Close]
    return "\n".join(
        [
            "/** Close codes: up to 4499 reconnect, from 4500 stop. */",
            "export const Close = {",
            *codes,
            "} as const;\n",
        ]
    )


def main() -> None:
    """Rewrite the files, or with `--check` only say by the exit status whether they are fresh."""
    for name, fresh in typescript().items():
        file = FOLDER / name
        if "--check" in sys.argv:
            if file.read_text(encoding="utf-8") != fresh:
                sys.exit(f"{file} is stale")
        else:
            file.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
