"""Turn the gettext catalogues into JSON for the pages: `catalogues.py LOCALE_DIR TARGET_DIR`.

A sentence becomes a string, one with plurals an object by CLDR category (`one`, `few`, `many`, `other`), which
is what the browser's `Intl.PluralRules` answers. It knows nothing of how the pages use them.
"""

import gettext
import json
import sys
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

DOMAIN = "rollcall"
LANGUAGES = ("ru", "en")
COUNTS = range(1000)  # every plural rule of every language shows itself below a thousand

Entry = str | dict[str, str]


def load(locale_dir: Path, language: str) -> Catalog:
    """Read one catalogue; a syntax error raises."""
    path = locale_dir / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def entries(catalogue: Catalog, language: str) -> dict[str, Entry]:
    """Every translated sentence by its key."""
    categories = _categories(catalogue, language)
    return {_key(message): _entry(message, categories) for message in catalogue if message.id}


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


def _entry(message: Message, categories: dict[str, int]) -> Entry:
    if not isinstance(message.string, tuple):
        return str(message.string)
    return {category: message.string[index] for category, index in categories.items()}


def _categories(catalogue: Catalog, language: str) -> dict[str, int]:
    """Which gettext plural index each CLDR category of whole numbers has."""
    index_of = gettext.c2py(catalogue.plural_expr)
    category_of = Locale.parse(language).plural_form
    found = {category_of(count): index_of(count) for count in COUNTS}
    return {**found, "other": max(found.values())}


def main() -> None:
    """Write one JSON file per language."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        texts = entries(load(source, language), language)
        (target / f"{language}.json").write_text(json.dumps(texts, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
