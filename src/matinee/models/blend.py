"""A blend: the weighted sum of several models, each on a scale of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError, MissingData
from matinee.models.content_regression import usual_histories
from matinee.models.filling import Filling
from matinee.models.leave_one_out import leave_one_out
from matinee.models.protocols import Contributions, Scorer, is_linear
from matinee.models.stored import check_shape

ROOT = "root-"  # before a part's text: the square root of its scores is what enters
SAME_FOR_ALL = frozenset({"popularity", "trending", "weighted_rating", "bias"})
_BY_CONTENT = frozenset({"soup", "tfidf", "content_map"})
_SHARES = 1000  # about the sum over the deviation of popularity on public data

# Good on MovieLens and MovieTweetings untuned; `training.blending` learns others from the data.
_PARTS = ("linear", "als", "soup")
_WEIGHTS = (1.0, 0.4, 0.4)


@dataclass(frozen=True, slots=True)
class Blend:
    """Σ weight · score / scale over its parts, recipes as text; scale: the part's usual spread.

    A part's `scale` is taken on histories it was fitted on: weights mean about the same on every
    data set. Scores enter as they are, or as their square root (`root-linear`), which lets short
    histories speak. Of a new film a part says what is to be expected by what is known of the film
    (`Filling`); another film that it lacks gets 0 from it, as from a part without evidence.
    """

    kind: ClassVar[str] = "blend"
    parts: Sequence[str] = _PARTS
    weights: Sequence[float] = _WEIGHTS

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(map(str, self.parts)))
        object.__setattr__(self, "weights", tuple(map(float, self.weights)))
        if not self.parts or len(self.parts) != len(self.weights):
            raise InputError(
                f"blend: expected a weight for each part, got {len(self.parts)} parts and "
                f"{len(self.weights)} weights"
            )
        if not np.isfinite(self.weights).all():
            raise InputError(f"blend: expected finite weights, got {self.weights}")
        self.recipes()

    def recipes(self) -> list[Any]:
        """The parts' recipes; InputError names one that is none."""
        from matinee.models.naming import recipe_from_text  # noqa: PLC0415 - it knows blends

        found = [recipe_from_text(part.removeprefix(ROOT)) for part in self.parts]
        if any(name == "blend" for name, _ in found):
            raise InputError("blend: expected parts that are no blends")
        return [recipe for _, recipe in found]

    def fit(self, data: Dataset, rng: np.random.Generator) -> "FittedBlend":
        """Fit each part; a part for which the data has nothing to offer is left out."""
        fitted = []
        missing: MissingData | None = None
        for part, weight, recipe, own in zip(
            self.parts, self.weights, self.recipes(), rng.spawn(len(self.parts)), strict=True
        ):
            try:
                fitted.append((part, weight, recipe.fit(data, own)))
            except MissingData as error:
                missing = error
        if not fitted:
            raise MissingData(f"blend: expected data for one of its parts; {missing}")
        parts, weights, scorers = zip(*fitted, strict=True)
        return blended(replace(self, parts=parts, weights=weights), scorers, data)


@dataclass(frozen=True, slots=True, eq=False)
class FittedBlend:
    """Fitted parts and what each counts."""

    kind: ClassVar[str] = "blend"
    recipe: Blend
    items: Vocabulary
    parts: tuple[Scorer, ...]
    places: tuple[np.ndarray, ...]  # of each part: the numbers in `items` of its own items
    factors: np.ndarray  # (parts,) float32: weight / scale
    filling: Filling

    @property
    def by_content(self) -> np.ndarray:
        """The films that are judged by what is known of them more than by views, (items,) bool."""
        return np.asarray(self.filling.rest > 0.5)

    def score(self, histories: Histories) -> np.ndarray:
        """(rows, items) float32."""
        total = np.zeros((histories.rows, len(self.items)), np.float32)
        for _, entering in self.entering(histories):
            total += entering
        return total

    def entering(self, histories: Histories) -> Iterator[tuple[str, np.ndarray]]:
        """Of each part its name and what it adds to the score, (rows, items) float32."""
        own = histories.on(self.items)
        for k, part in enumerate(self.parts):
            scores = shaped(self.recipe.parts[k], part.score(own))
            filled = self.filling.filled(scores, self.places[k], k)
            yield _name(self.recipe.parts[k]), self.factors[k] * filled

    def contributions(self, histories: Histories, items: np.ndarray) -> Contributions:
        """Each part's contributions, weighed; of one under a root in proportion.

        Terms of parts are named after the part: "part trending". A part that is not linear enters
        by what each film's absence changes; a film that a part lacks by the films that fill it.
        """
        own = histories.on(self.items)
        keys = own.entry_rows.astype(np.int64) * len(self.items) + own.numbers
        entries = np.zeros((own.entries, items.shape[1]), np.float32)
        terms: dict[str, np.ndarray] = {}
        for k, part in enumerate(self.parts):
            asked, weights = self.filling.mixes(self.places[k], items, k)
            films, mix = _asked(asked, weights)
            found = _contributions(part, own, films)
            factor = np.broadcast_to(self.factors[k], films.shape)
            if self.recipe.parts[k].startswith(ROOT):
                total = found.totals()
                share = np.abs(total) > 1e-12
                root = np.where(share, 1 / np.sqrt(np.where(share, np.abs(total), 1)), 0)
                factor = (factor * root).astype(np.float32)
            rows = found.histories.entry_rows
            places = self.places[k][found.histories.numbers]
            mixed = mix(factor[rows] * found.entries, rows)
            entries[np.searchsorted(keys, rows.astype(np.int64) * len(self.items) + places)] += (
                mixed
            )
            for value in found.terms.values():
                name = f"part {_name(self.recipe.parts[k])}"
                mixed = mix(factor * value, np.arange(own.rows))
                terms[name] = terms.get(name, np.float32(0)) + mixed
        return Contributions(own, entries, terms)

    def personal(self) -> "FittedBlend":
        """Without the parts that say the same to everybody; the whole if there are no others.

        For a question about given titles, to which what is liked by all is no answer.
        """
        kept = [k for k, part in enumerate(self.parts) if part.kind not in SAME_FOR_ALL]  # type: ignore[attr-defined]
        if not kept:
            return self
        parts, weights = self.recipe.parts, self.recipe.weights
        recipe = Blend(tuple(parts[k] for k in kept), tuple(weights[k] for k in kept))
        places = tuple(self.places[k] for k in kept)
        scorers = tuple(self.parts[k] for k in kept)
        filling = replace(self.filling, stretches=self.filling.stretches[kept])
        return FittedBlend(recipe, self.items, scorers, places, self.factors[kept], filling)

    def arrays(self) -> dict[str, np.ndarray]:
        """`factors`, those of the filling, and of each part as part0_weights and so on."""
        found = {"factors": self.factors} | self.filling.arrays()
        for k, part in enumerate(self.parts):
            found[f"part{k}_items"] = self.places[k]
            stored = part.arrays()  # type: ignore[attr-defined]
            found |= {f"part{k}_{name}": array for name, array in stored.items()}
        return found

    @classmethod
    def from_arrays(
        cls, recipe: Blend, items: Vocabulary, arrays: Mapping[str, np.ndarray]
    ) -> "FittedBlend":
        """The fitted model of stored arrays; InputError unless they fit together."""
        # Parts are of any kind, blends not among them: a circle only of imports.
        from matinee.models import FROM_ARRAYS  # noqa: PLC0415
        from matinee.models.naming import name_of  # noqa: PLC0415

        check_shape("factors", arrays["factors"], (len(recipe.parts),))
        parts, all_places = [], []
        for k, own in enumerate(recipe.recipes()):
            prefix = f"part{k}_"
            stored = {
                name.removeprefix(prefix): array
                for name, array in arrays.items()
                if name.startswith(prefix)
            }
            places = stored.pop("items")
            check_shape(f"{prefix}items", places, (len(places),))
            if len(places) and not 0 <= places.min() <= places.max() < len(items):
                raise InputError(f"{prefix}items: expected numbers below {len(items)}")
            known = Vocabulary(items.ids.gather(np.asarray(places)))
            parts.append(FROM_ARRAYS[name_of(own)](own, known, stored))
            all_places.append(places)
        filling = Filling.from_arrays(arrays, len(items), all_places)
        return cls(recipe, items, tuple(parts), tuple(all_places), arrays["factors"], filling)


def blended(recipe: Blend, scorers: Sequence[Scorer], data: Dataset) -> FittedBlend:
    """The blend of parts that are fitted already, each on the scale it has on this data."""
    histories = usual_histories(data)
    entering = [
        shaped(part, scorer.score(histories))
        for part, scorer in zip(recipe.parts, scorers, strict=True)
    ]
    factors = np.array(recipe.weights) / np.array([scale(scores) for scores in entering])
    of_data = [data.items.numbers(scorer.items.ids) for scorer in scorers]
    personal = np.array([fillable(scorer) for scorer in scorers])
    filling = Filling.of(data, histories, of_data, entering, factors * personal)
    known = filling.rest > 0
    for numbers in of_data:
        known[numbers] = True
    items = Vocabulary(data.items.ids.filter(pl.Series(known)))
    places = tuple(items.numbers(scorer.items.ids) for scorer in scorers)
    filling = filling.on(np.flatnonzero(known))
    return FittedBlend(recipe, items, tuple(scorers), places, factors.astype(np.float32), filling)


def fillable(scorer: Scorer) -> bool:
    """Whether the part learns from who liked what, and so has nothing to say of a new film."""
    return getattr(scorer, "kind", "") not in SAME_FOR_ALL | _BY_CONTENT


def shaped(part: str, scores: np.ndarray) -> np.ndarray:
    """The scores as they enter: under a root with their sign, if the part's text says so."""
    if part.startswith(ROOT):
        return np.asarray(np.sign(scores) * np.sqrt(np.abs(scores)))
    return scores


def scale(scores: np.ndarray) -> float:
    """What is one unit of a part's scores, (rows, films): 1 where they say nothing.

    The root mean square deviation over films, of all rows. Scores that are the same for everybody
    are shares of one whole: a thousandth of their sum. So a month in which all watch one film
    gives that film more, which its deviation would take back.
    """
    if not scores.size:
        return 1.0
    if len(scores) > 1 and (scores == scores[0]).all():
        spread = float(np.abs(scores[0], dtype=np.float64).sum()) / _SHARES
    else:
        spread = float(np.sqrt(scores.var(axis=1, dtype=np.float64).mean()))
    return spread if spread > 0 else 1.0


def _contributions(part: Scorer, own: Histories, items: np.ndarray) -> Contributions:
    if is_linear(part):
        return part.contributions(own, items)
    return leave_one_out(part, own, items)


def _asked(
    asked: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """Films to ask a part about, (rows, films), and the mix of what it says of them.

    `asked` and `weights` (rows, n, width) are those of `Filling.mixes`. The mix takes values
    (any, films) and the row of each to (any, n). One viewer's films that are filled by the same
    ones are asked about once: a hundred new films are made of a few hundred, not of ten thousand.
    """
    rows, n, width = asked.shape
    if width == 1:
        return asked[..., 0], lambda values, row: values * weights[row, :, 0]
    if rows > 1:
        return asked.reshape(rows, -1), lambda values, row: np.asarray(
            (values.reshape(-1, n, width) * weights[row]).sum(axis=2)
        )
    films, place = np.unique(asked[0], return_inverse=True)
    columns = np.repeat(np.arange(n), width)
    by_film = csr_array((weights[0].ravel(), (place.ravel(), columns)), shape=(len(films), n))
    return films[None, :], lambda values, _: np.asarray((by_film.T @ values.T).T)


def _name(part: str) -> str:
    return part.removeprefix(ROOT).partition(":")[0]
