"""Pages in HTML, read strictly: every element closes where it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "br"}


@dataclass
class Element:
    """An element with what is in it."""

    name: str
    attributes: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        """All elements in it, itself first."""
        yield self
        for child in self.children:
            yield from child

    @property
    def children(self) -> list[Element]:
        return [part for part in self.parts if isinstance(part, Element)]

    def all(self, name: str) -> list[Element]:
        """Those of that name."""
        return [element for element in self if element.name == name]

    def of_class(self, name: str) -> list[Element]:
        """Those of that class."""
        return [element for element in self if name in element.attributes.get("class", "").split()]

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def rows(self) -> list[list[str]]:
        """The texts of a table's rows, without its head."""
        (body,) = self.all("tbody")
        return [[cell.text for cell in row.children] for row in body.all("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.name == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read_page(html: bytes) -> Element:
    """Return the page as a tree.

    Raises:
        AssertionError: an element is left open, an id is there twice, or one is referred to that is not there.
    """
    reader = _Reader()
    reader.feed(html.decode())
    reader.close()
    assert len(reader.open) == 1, f"{reader.open[-1].name} is left open"
    elements = list(reader.root)
    ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in elements:
        named = [
            name
            for key in ("aria-labelledby", "aria-describedby")
            for name in element.attributes.get(key, "").split()
        ]
        named += [element.attributes["for"]] if "for" in element.attributes else []
        assert set(named) <= set(ids)
    return reader.root
