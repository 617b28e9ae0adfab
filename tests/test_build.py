"""The build hook's decisions. What it builds is proved by the installs of ``.ci/run``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from support.cli import rvhctl

ROOT = Path(__file__).parents[1]


def load_hook() -> ModuleType:
    """By path: a wheel leaves the hook out."""
    spec = importlib.util.spec_from_file_location("build_hook", ROOT / "rvhctl" / "core" / "_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Screen:
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, message: str) -> None:
        self.warnings.append(message)


class Checkout:
    """A project in a temporary folder, and a compiler that writes files or fails."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.core = root / "rvhctl" / "core"
        (self.core / "geo").mkdir(parents=True)
        for name in ("__init__.py", "_build.py", "jump.py", "geo/__init__.py", "geo/geohash.py"):
            (self.core / name).touch()
        self.monkeypatch = monkeypatch
        self.module: Any = load_hook()
        monkeypatch.setattr(self.module, "ROOT", root)
        monkeypatch.setattr(self.module, "CORE", self.core)
        self.compiler_works(True)
        self.program_works(True)

    def compiler_works(self, works: bool) -> None:
        def compile_core(library_root: Path) -> str | None:
            # A failing compiler leaves a part behind, as a real one does.
            core = library_root / "rvhctl" / "core"
            (core / "geo").mkdir(parents=True, exist_ok=True)
            (core / "jump.so").touch()
            (core / "geo" / "geohash.so").touch()
            return None if works else "the compiler's last words"

        self.monkeypatch.setattr(self.module, "compile_core", compile_core)

    def program_works(self, works: bool) -> None:
        self.monkeypatch.setattr(self.module, "write_manual", lambda _: None if works else "its last words")

    def build(self, version: str) -> tuple[dict[str, Any], list[str]]:
        """What the hook tells hatchling, and its warnings."""
        screen = Screen()

        class Hook(self.module.CompiledCore):  # type: ignore[misc]
            app = screen

            def __init__(self) -> None:
                """Without hatchling's own arguments."""

        hook = Hook()
        build_data: dict[str, Any] = {
            "pure_python": True,
            "infer_tag": False,
            "force_include": {},
            "shared_data": {},
        }
        hook.initialize(version, build_data)
        self.manual = build_data.pop("shared_data")
        return build_data, screen.warnings

    def libraries(self) -> list[str]:
        return sorted(path.relative_to(self.core).as_posix() for path in self.core.rglob("*.so"))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.delenv("RVHCTL_MYPYC", raising=False)
    return Checkout(tmp_path, monkeypatch)


def test_a_wheel_gets_the_libraries_and_leaves_the_checkout_alone(checkout: Checkout) -> None:
    build_data, warnings = checkout.build("standard")

    assert list(build_data["force_include"].values()) == [
        "rvhctl/core/geo/geohash.so",
        "rvhctl/core/jump.so",
    ]
    assert (build_data["pure_python"], build_data["infer_tag"]) == (False, True)
    assert checkout.libraries() == []
    assert warnings == []


def test_an_editable_install_gets_the_libraries_in_place(checkout: Checkout) -> None:
    build_data, warnings = checkout.build("editable")

    assert checkout.libraries() == ["geo/geohash.so", "jump.so"]
    assert build_data["force_include"] == {}
    assert (build_data["pure_python"], build_data["infer_tag"]) == (False, True)
    assert warnings == []


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_without_a_compiler_the_wheel_is_pure_and_a_warning_says_why(
    checkout: Checkout, version: str
) -> None:
    checkout.compiler_works(False)

    build_data, warnings = checkout.build(version)

    assert build_data == {"pure_python": True, "infer_tag": False, "force_include": {}}
    assert checkout.libraries() == []
    assert warnings == ["rvhctl: the core stays interpreted, compiling it failed:\nthe compiler's last words"]


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_a_build_that_must_compile_ends_with_the_compilers_last_words(
    checkout: Checkout, version: str
) -> None:
    checkout.compiler_works(False)
    checkout.monkeypatch.setenv("RVHCTL_MYPYC", "1")

    with pytest.raises(SystemExit, match="RVHCTL_MYPYC=1 asks for it:\nthe compiler's last words"):
        checkout.build(version)

    assert checkout.libraries() == []


def test_an_editable_install_that_skips_takes_old_libraries_away(checkout: Checkout) -> None:
    checkout.monkeypatch.setenv("RVHCTL_MYPYC", "0")
    (checkout.core / "geo" / "geohash.so").touch()

    build_data, warnings = checkout.build("editable")

    assert checkout.libraries() == []
    assert build_data["pure_python"] is True
    assert warnings == []


def test_a_wheel_that_skips_is_pure_and_leaves_the_checkout_alone(checkout: Checkout) -> None:
    checkout.monkeypatch.setenv("RVHCTL_MYPYC", "0")
    (checkout.core / "jump.so").touch()

    build_data, _ = checkout.build("standard")

    assert build_data == {"pure_python": True, "infer_tag": False, "force_include": {}}
    assert checkout.libraries() == ["jump.so"]


@pytest.mark.parametrize(("value", "asks"), [(None, "try"), ("", "try"), ("1", "must"), ("0", "skip")])
def test_the_variable_decides(monkeypatch: pytest.MonkeyPatch, value: str | None, asks: str) -> None:
    if value is None:
        monkeypatch.delenv("RVHCTL_MYPYC", raising=False)
    else:
        monkeypatch.setenv("RVHCTL_MYPYC", value)

    assert load_hook().wanted() == asks


def test_another_value_of_the_variable_ends_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RVHCTL_MYPYC", "yes")

    with pytest.raises(SystemExit, match=r"must be 0, 1 or unset \(got 'yes'\)"):
        load_hook().wanted()


def test_the_build_asks_for_packages_only_where_it_compiles(checkout: Checkout) -> None:
    hook = SimpleNamespace(metadata=SimpleNamespace(core=SimpleNamespace(dependencies=["typer"])))
    asked = checkout.module.CompiledCore.dependencies

    assert [name.split("=")[0].split(">")[0] for name in asked(hook)] == [
        "mypy[mypyc]",
        "setuptools",
        "typer",
    ]
    checkout.monkeypatch.setenv("RVHCTL_MYPYC", "0")
    assert asked(hook) == []


@pytest.mark.parametrize("version", ["standard", "editable"])
@pytest.mark.parametrize("value", ["0", "1", ""])
def test_a_build_brings_man_pages_or_says_that_it_does_not(
    checkout: Checkout, version: str, value: str
) -> None:
    checkout.monkeypatch.setenv("RVHCTL_MYPYC", value)
    _, warnings = checkout.build(version)
    assert list(checkout.manual.values()) == ["share/man"]
    assert warnings == []

    checkout.program_works(False)
    if value == "1":
        with pytest.raises(SystemExit, match=r"writing the man pages failed.*\nits last words"):
            checkout.build(version)
    else:
        _, warnings = checkout.build(version)
        assert checkout.manual == {}
        assert warnings == ["rvhctl: there are no man pages, writing them failed:\nits last words"]


def test_the_man_pages_of_a_build_are_what_the_program_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert load_hook().write_manual(tmp_path / "built") is None
    assert rvhctl("help", "--man", str(tmp_path / "said")) == (0, b"", "")

    built, said = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in (tmp_path / "built", tmp_path / "said")
    )
    assert len(built) > 10
    assert built == said


def test_every_module_of_the_core_is_compiled_but_the_package_and_the_hook() -> None:
    modules = load_hook().core_modules()

    assert "rvhctl/core/placement/jump.py" in modules
    assert not [name for name in modules if Path(name).name in ("__init__.py", "_build.py")]
    assert modules == sorted(modules)


def test_of_a_compilers_output_the_end_is_shown_and_long_command_lines_are_cut() -> None:
    output = "\n".join(["early", *(f"line {number}" for number in range(19)), "gcc " + "-W" * 500])

    shown = load_hook().tail(output).splitlines()

    assert shown[0] == "line 0"
    assert len(shown) == 20
    assert shown[-1].endswith("-W ...")
    assert len(shown[-1]) == 204
