"""The committed TypeScript types are those of the Python Structs."""

from scripts.wire_types import TARGET, typescript


def test_wire_types_are_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == typescript(), "run: .venv/bin/python scripts/wire_types.py"
