"""A file has its name once it is whole; what was left unfinished goes, what is being written stays."""

import os
from pathlib import Path

import pytest

from rollcall.base.cabinet import Cabinet


def test_a_file_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path / "files")
    file = cabinet.begin("hall", "a")
    file.write(b"half")
    assert not cabinet.path("hall", "a").exists()
    with pytest.raises(FileExistsError):
        cabinet.begin("hall", "a")
    file.write(b" and half")
    cabinet.finish("hall", "a", file)
    assert cabinet.path("hall", "a").read_bytes() == b"half and half"
    other = cabinet.begin("hall", "b")
    cabinet.abandon("hall", "b", other)
    assert [path.name for path in (tmp_path / "files" / "hall").iterdir()] == ["a"]
    cabinet.forget("hall", "a")
    cabinet.forget("hall", "a")
    assert list((tmp_path / "files" / "hall").iterdir()) == []


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path)
    cabinet.sweep(1_000)
    for name, touched_s in (("old", 999), ("new", 1_000)):
        cabinet.begin("hall", name).close()
        os.utime(tmp_path / "hall" / f"{name}.part", (touched_s, touched_s))
    whole = cabinet.begin("hall", "whole")
    cabinet.finish("hall", "whole", whole)
    os.utime(cabinet.path("hall", "whole"), (1, 1))
    cabinet.sweep(1_000)
    assert sorted(path.name for path in (tmp_path / "hall").iterdir()) == ["new.part", "whole"]


def test_a_nearly_full_disk_has_no_room(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path / "files")
    assert cabinet.has_room(1)
    assert not cabinet.has_room(2**62)
