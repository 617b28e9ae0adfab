"""The schemas are found, and written where the user wants them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import rvhctl
from support.schemas import FOLDER

from rvhctl.manual import schemas


def test_they_are_written_as_they_are(tmp_path: Path) -> None:
    assert rvhctl("help", "--schema", str(tmp_path / "new")) == (0, b"", "")
    written = {path.name: path.read_text() for path in (tmp_path / "new").iterdir()}
    assert written == {path.name: path.read_text() for path in FOLDER.iterdir()}


def test_an_installation_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "PACKAGE", tmp_path / "rvhctl")
    (tmp_path / "docs" / "schema").mkdir(parents=True)
    (tmp_path / "docs" / "schema" / "plan.json").touch()
    assert schemas.schema_files() == [tmp_path / "docs" / "schema" / "plan.json"]
    (tmp_path / "rvhctl" / "schema").mkdir(parents=True)
    (tmp_path / "rvhctl" / "schema" / "nodes.json").touch()
    assert schemas.schema_files() == [tmp_path / "rvhctl" / "schema" / "nodes.json"]


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, out, err = rvhctl("help", "--schema", str(tmp_path / "file"))
    assert (code, out, err.count("\n")) == (1, b"", 1)
    assert rvhctl("help", "--schema", str(tmp_path), "formats").code == 2


@pytest.mark.parametrize("flag", ["--schema", "--man"])
def test_an_unset_variable_names_no_folder(
    flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = rvhctl("help", flag, "")
    assert (code, out, err.count("\n")) == (2, b"", 1)
    assert list(tmp_path.iterdir()) == []
