"""What ``kubectl get endpointslices -o json`` says: the endpoints of services, by their addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from rvhctl.errors import InputError, shorten
from rvhctl.formats.tools.expected import Expected, Listing

SLICE: Final = "EndpointSlice"
LISTS: Final = ("List", "EndpointSliceList")

HINT: Final = "give what kubectl get endpointslices -o json prints"


class _Endpoint(NamedTuple):
    """An endpoint of a slice."""

    addresses: Sequence[str]
    fields: Mapping[str, Any]
    terminates: bool
    slice: str


def knows(document: Mapping[str, Any]) -> bool:
    """Whether this is an object of Kubernetes."""
    return isinstance(document.get("kind"), str) and document.keys().isdisjoint({"id", "ids", "nodes"})


def read(document: Mapping[str, Any], source: str) -> Expected:
    """The endpoints of a list of slices, or of one; each address of an endpoint is a node.

    Several slices may hold an address. Of its endpoints those that do not terminate count, as for kube-proxy: another
    pod may have the address of one that terminates.

    Raises:
        InputError: something else of Kubernetes, or an endpoint is not as Kubernetes has it.
    """
    said: dict[str, list[_Endpoint]] = {}
    for endpoint in _endpoints(document, source):
        for address in endpoint.addresses:
            said.setdefault(address, []).append(endpoint)
    listing = Listing()
    for address, endpoints in said.items():
        for endpoint in [one for one in endpoints if not one.terminates] or endpoints:
            listing.add(address, endpoint.fields, endpoint.slice)
    return listing.expected(source)


def _endpoints(document: Mapping[str, Any], source: str) -> Iterator[_Endpoint]:
    for place, item in _slices(document, source):
        name = _object(item, "metadata", source, place).get("name")
        named = name if isinstance(name, str) else place.strip(": ") or SLICE
        for number, endpoint in enumerate(_list(item, "endpoints", source, place), 1):
            where = f"{place}endpoint {number}"
            if not isinstance(endpoint, dict):
                raise InputError("an endpoint is an object", source=source, place=where, value=endpoint)
            conditions = _object(endpoint, "conditions", source, where)
            fields = {
                "state": _state(conditions, source, where),
                "zone": _text(endpoint, "zone", source, where),
                "node": _text(endpoint, "nodeName", source, where),
            }
            addresses = _addresses(endpoint, source, where)
            yield _Endpoint(addresses, fields, conditions.get("terminating") is True, named)


def _slices(document: Mapping[str, Any], source: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each slice, and where it stands."""
    kind = document["kind"]
    if kind not in (SLICE, *LISTS):
        raise InputError(f"the kind of this is {kind}, not a list of {SLICE}s", source=source, hint=HINT)
    if kind == SLICE:
        yield "", document
        return
    for number, item in enumerate(_list(document, "items", source, ""), 1):
        # In a list of one kind, items need not say of which.
        of_kind = item.get("kind", SLICE) if isinstance(item, dict) else None
        if of_kind != SLICE:
            named = of_kind if isinstance(of_kind, str) else shorten(item)
            raise InputError(f"this is no {SLICE}: {named}", source=source, place=f"item {number}", hint=HINT)
        yield f"item {number}: ", item


def _state(conditions: Mapping[str, Any], source: str, where: str) -> str:
    """Return the state of an endpoint: unknown ``ready`` is true, unknown ``serving`` is what ``ready`` is."""
    for name in ("ready", "serving", "terminating"):
        if type(conditions.get(name)) not in (bool, type(None)):
            problem = f"the condition {name} must be true, false or null"
            raise InputError(problem, source=source, place=where, value=conditions[name])
    ready = conditions.get("ready") is not False
    serving = ready if conditions.get("serving") is None else conditions["serving"]
    if not serving:
        return "down"
    return "drain" if conditions.get("terminating") or not ready else "up"


def _addresses(endpoint: Mapping[str, Any], source: str, where: str) -> list[str]:
    addresses = _list(endpoint, "addresses", source, where)
    if not addresses or not all(isinstance(address, str) and address for address in addresses):
        raise InputError("an endpoint needs addresses", source=source, place=where, value=addresses)
    return addresses


def _list(fields: Mapping[str, Any], name: str, source: str, where: str) -> list[Any]:
    """Return a list; null is an empty one."""
    value = fields.get(name)
    if value is not None and not isinstance(value, list):
        raise InputError(f"{name} must be a list", source=source, place=where.strip(": "), value=value)
    return value or []


def _object(fields: Mapping[str, Any], name: str, source: str, where: str) -> Mapping[str, Any]:
    """Return an object; null is an empty one."""
    value = fields.get(name)
    if value is not None and not isinstance(value, dict):
        raise InputError(f"{name} must be an object", source=source, place=where.strip(": "), value=value)
    return value or {}


def _text(fields: Mapping[str, Any], name: str, source: str, where: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} must be text", source=source, place=where, value=value)
    return value or None
