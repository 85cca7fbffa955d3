"""Recommendations as frozen values: films, their reasons, and what made the list."""

from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import polars as pl

from matinee.explanation import Counterfactual, Raise, Reason


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One film; its reasons add up to its score.

    Where it was asked for: the films without which it would not be here, and a film that would
    raise it, both as the model answers when it is asked again.
    """

    item_id: str
    title: str
    year: int | None
    score: float
    reasons: tuple[Reason, ...]
    counterfactual: Counterfactual | None = None
    raised_by: Raise | None = None
    what_if: tuple[str, ...] = ()  # the two in words


@dataclass(frozen=True, slots=True, repr=False)
class Recommendations:
    """A ranked list with what made it."""

    data: str
    model: str
    question: str
    simulated: bool
    items: tuple[Recommendation, ...]
    notes: tuple[str, ...] = ()

    def frame(self) -> pl.DataFrame:
        """One row a film: item_id, title, year, score, why (the reasons as one text)."""
        return pl.DataFrame(
            [
                (i.item_id, i.title, i.year, i.score, "; ".join(r.text for r in i.reasons))
                for i in self.items
            ],
            schema={
                "item_id": pl.String,
                "title": pl.String,
                "year": pl.Int32,
                "score": pl.Float64,
                "why": pl.String,
            },
            orient="row",
        )

    def to_pandas(self) -> Any:
        """The same as a pandas table (needs pandas)."""
        return self.frame().to_pandas()

    def to_json_dict(self) -> dict[str, Any]:
        """The document that --json prints."""
        return {
            "data": self.data,
            "model": self.model,
            "question": self.question,
            "simulated": self.simulated,
            "notes": list(self.notes),
            "items": [
                {
                    "item_id": item.item_id,
                    "title": item.title,
                    "year": item.year,
                    "score": item.score,
                    "reasons": [
                        {
                            "kind": reason.kind,
                            "text": reason.text,
                            "item_id": reason.item_id,
                            "contribution": reason.contribution,
                        }
                        for reason in item.reasons
                    ],
                    "counterfactual": _changed(item.counterfactual),
                    "raised_by": None if item.raised_by is None else asdict(item.raised_by),
                    "what_if": list(item.what_if),
                }
                for item in self.items
            ],
        }

    def __repr__(self) -> str:
        films = ", ".join(f"{item.title} ({item.score:.3f})" for item in self.items)
        return f"Recommendations({self.question}; {self.model}: {films})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{place}</td><td style='text-align:left'>{escape(item.title)}"
            f"{f' ({item.year})' if item.year else ''}</td><td>{item.score:.3f}</td>"
            "<td style='text-align:left'>"
            + "<br>".join(f"{r.contribution:+.3f} {escape(r.text)}" for r in item.reasons)
            + "</td></tr>"
            for place, item in enumerate(self.items, 1)
        )
        note = f"{escape(self.question)} · {escape(self.data)} · {escape(self.model)}" + (
            " · <b>simulated data</b>" if self.simulated else ""
        )
        return (
            f"<p>{note}</p><table><tr><th></th><th>film</th><th>score</th>"
            f"<th>why (adds up to the score)</th></tr>{rows}</table>"
        )


def _changed(change: Counterfactual | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "item_ids": list(change.item_ids),
        "verified": change.verified,
        "place": change.place,
        "place_without": change.place_without,
        "n": change.n,
        "most": change.most,
    }
