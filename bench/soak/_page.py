"""The section of `docs/evidence.md` that soaks write: one block a soak between two comments, all else untouched."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BEGIN = "<!-- soak results: begin -->"
END = "<!-- soak results: end -->"
BLOCK = re.compile(r"^<!-- (?P<name>[a-z_]+) -->\n.*?(?=^<!-- |\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """What one soak printed, under a line that says what it proves and when and where it ran."""

    name: str
    says: str
    printed: str
    faults: int

    def text(self) -> str:
        """Return it as Markdown."""
        return f"<!-- {self.name} -->\n### {self.name}\n\n{self.says}\n\n```text\n{self.printed.rstrip()}\n```\n\n"


def with_blocks(page: str, blocks: Sequence[Block]) -> str:
    """Return the page with these blocks in the place of their former ones; a page without the section gets it."""
    if BEGIN not in page:
        page = f"{page}\n{BEGIN}\n{END}\n".lstrip()
    before, _, rest = page.partition(BEGIN)
    section, _, after = rest.partition(END)
    known = {found["name"]: found[0] for found in BLOCK.finditer(section.strip() + "\n\n")}
    known |= {block.name: block.text() for block in blocks}
    return f"{before}{BEGIN}\n\n{''.join(known[name] for name in sorted(known))}{END}{after}"
