"""The process that sets one part of a protocol, or puts the parts together.

Each part has a process of its own, which ends with the memory that typesetting keeps. Fonts are those that come with
the typesetter (Libertinus, SIL Open Font License), never the machine's. Whoever is watched goes first: it takes what
processor time the server leaves. It ends with whoever started it, which holds its input open and writes nothing.
"""

import os
import sys
from pathlib import Path
from threading import Thread

import typst
from pypdf import PdfReader, PdfWriter

from rollcall.render.protocol import TEMPLATE, WHOLE


def set_part(folder: Path, made: str, inputs: dict[str, str]) -> int:
    """Set a part with these inputs of the template, of which `made_s` dates it; return how many pages it has."""
    typst.compile(
        str(folder / TEMPLATE),
        str(folder / made),
        root=str(folder),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        sys_inputs=inputs,
        timestamp=int(inputs["made_s"]),
        pdf_tags=False,
    )
    with PdfReader(folder / made) as reader:
        return len(reader.pages)


def put_together(folder: Path, parts: list[str]) -> None:
    """Make one file of the parts."""
    with PdfWriter() as whole:
        for part in parts:
            whole.append(str(folder / part), import_outline=False)
        with PdfReader(folder / parts[0]) as first:
            whole.add_metadata(first.metadata or {})
        whole.write(folder / WHOLE)


def main(folder: Path, task: str, *given: str) -> None:
    """Do one task: `part FILE NAME=VALUE…`, which tells the number of pages, or `whole FILE…`."""
    if task == "whole":
        put_together(folder, list(given))
        return
    made, *inputs = given
    pages = set_part(folder, made, dict(text.split("=", 1) for text in inputs))
    sys.stdout.write(str(pages))


def end_with_the_starter() -> None:
    """End this process as soon as its input does."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(1)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    os.nice(19)
    end_with_the_starter()
    main(Path(sys.argv[1]), *sys.argv[2:])
