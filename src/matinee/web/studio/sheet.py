"""What a chart tells, as a table: its values as its tooltips show them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from matinee.reports.page import cell

_MOST: Final = 200
_INSIDE: Final = ("layer", "hconcat", "vconcat", "concat")
_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns and rows of text; `note` says what is left out."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def sheet_of(spec: _Json) -> Sheet:
    """The table of a Vega-Lite specification: the first part of it that has tooltips."""
    for encoding, name in _units(spec, {}, None):
        told = encoding.get("tooltip")
        fields = [told] if isinstance(told, Mapping) else told or _axes(encoding)
        values: Sequence[_Json] = spec.get("datasets", {}).get(name, [])
        fields = [each for each in fields if values and each.get("field") in values[0]]
        if fields:
            return _sheet(fields, values)
    return Sheet((), ())


def shown(value: object, form: str, kind: str = "") -> str:
    """A value in a format of d3 (numbers) or strftime (moments).

    >>> shown(0.256, ".1%"), shown(1234567, ","), shown("2024-03-01T00:00:00", "%B %Y", "temporal")
    ('25.6%', '1,234,567', 'March 2024')
    >>> shown(None, ".2f"), shown(3.14159, ""), shown(0.5, "~g")
    ('–', '3.142', '0.5')
    """
    if isinstance(value, str) and kind == "temporal":
        return datetime.fromisoformat(value).strftime(form or "%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool) and form:
        try:
            return format(value, form.replace("~", ""))
        except ValueError:  # d3 has more formats
            return cell(value)
    return cell(value)


def _sheet(fields: Sequence[_Json], values: Sequence[_Json]) -> Sheet:
    rows = [
        tuple(shown(row[f["field"]], f.get("format", ""), f.get("type", "")) for f in fields)
        for row in values[:_MOST]
    ]
    note = f"The first {_MOST:,} of {len(values):,} rows." if len(values) > _MOST else ""
    return Sheet([_title(each) for each in fields], rows, note)


def _title(field: _Json) -> str:
    return str(field.get("title") or field["field"]).replace("_", " ")


def _units(
    spec: _Json, above: _Json, data: str | None
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Encodings and the name of the data, of every part; a part has what is above it, too."""
    encoding = {**above, **spec.get("encoding", {})}
    data = (spec.get("data") or {}).get("name", data)
    parts = [part for name in _INSIDE for part in spec.get(name, [])]
    if "spec" in spec:
        parts.append(spec["spec"])
    if not parts:
        yield encoding, data
    for part in parts:
        yield from _units(part, encoding, data)


def _axes(encoding: _Json) -> list[_Json]:
    return [encoding[name] for name in ("x", "y", "color") if "field" in encoding.get(name, {})]
