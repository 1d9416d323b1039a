"""The committed TypeScript types are those of the Python Structs."""

from scripts.wire_types import FOLDER, typescript


def test_wire_types_are_fresh() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.ts")}
    assert committed == typescript(), "run: .venv/bin/python scripts/wire_types.py"
