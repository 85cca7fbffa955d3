"""Charts on pages: drawn by Vega in the browser, a picture without scripts, and always a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request, Response

from matinee.service.problems import Problem
from matinee.web.rendering import page as render

if TYPE_CHECKING:
    from matinee.exploration import Picture
    from matinee.web.studio.sheet import Sheet

_COLOURS: Final = ("ink", "soft", "grid", *"12345")  # of charts.css
_FACE: Final = "Helvetica Neue, Helvetica, Segoe UI, Roboto, Liberation Sans, Arial, sans-serif"
_PARTS: Final = ("hconcat", "vconcat", "concat", "facet", "repeat")  # have widths of their own


@dataclass(frozen=True, slots=True, eq=False)
class ChartView:
    """A chart as a page shows it; its colours are the page's own, light or dark."""

    name: str
    title: str
    sentence: str
    spec: Mapping[str, Any]  # Vega-Lite
    sheet: "Sheet"

    @classmethod
    def of(cls, picture: "Picture", sheet: "Sheet | None" = None) -> "ChartView":
        """The view of a picture; its table is what its tooltips tell, unless one is given."""
        # What draws takes half a second to import, and 40 MB: a worker has it once it is needed.
        from matinee.exploration.picture import Colours, look  # noqa: PLC0415
        from matinee.web.studio.sheet import sheet_of  # noqa: PLC0415

        ink, soft, grid, *series = (f"var(--chart-{name})" for name in _COLOURS)
        spec = picture.chart.to_dict()
        spec["config"] = look(Colours("transparent", ink, soft, grid, tuple(series)))
        spec["config"] |= {"font": _FACE}
        sheet = sheet_of(spec) if sheet is None else sheet
        return cls(picture.name, picture.title, picture.sentence, spec, sheet)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "ChartView":
        """The view of a `document`."""
        from matinee.web.studio.sheet import Sheet  # noqa: PLC0415  see `of`

        return cls(**{**document, "sheet": Sheet(**document["sheet"])})

    def document(self) -> dict[str, Any]:
        """The view as JSON has it."""
        return {
            "name": self.name,
            "title": self.title,
            "sentence": self.sentence,
            "spec": self.spec,
            "sheet": self.sheet.document(),
        }

    @property
    def drawn(self) -> Mapping[str, Any]:
        """The specification for a browser: as wide as its place."""
        if any(part in self.spec for part in _PARTS):
            return self.spec
        fit = {"type": "fit-x", "contains": "padding"}
        return {**self.spec, "width": "container", "autosize": fit}


def page(
    request: Request, template: str, charts: Sequence[ChartView], status: int = 200, **context: Any
) -> Response:
    """A template with `charts` (name -> view); with ?picture=NAME that chart alone, as SVG."""
    views = {each.name: each for each in charts}
    name = request.query_params.get("picture")
    if name is None:
        return render(request, template, status, charts=views, **context)
    if name not in views:
        detail = f"picture: expected one of {', '.join(views) or 'none'}, got {name[:60]!r}"
        raise Problem(404, "unknown_path", detail)
    headers = {
        "Cache-Control": "private",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(svg(views[name]), media_type="image/svg+xml", headers=headers)


def svg(view: ChartView) -> str:
    """The chart as a picture that is light or dark as its reader likes it."""
    return _svg(dumps(view.spec))


@lru_cache(maxsize=64)
def _svg(spec: str) -> str:
    import vl_convert  # noqa: PLC0415

    drawn = str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    colours = (resources.files("matinee.web") / "static" / "charts.css").read_text("utf-8")
    head, rest = drawn.split(">", 1)
    return f"{head}><style>{colours}</style>{rest}"
