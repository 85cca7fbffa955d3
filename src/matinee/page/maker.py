"""Makes pages: what is the same for all viewers is prepared once, a page takes milliseconds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from matinee.dataset import Dataset, Histories, Vocabulary
from matinee.errors import InputError
from matinee.kernels.threads import one_thread
from matinee.models.popularity import Popularity
from matinee.models.protocols import Recipe, Scorer
from matinee.models.weighted_rating import WeightedRating
from matinee.page import rows as row_kinds
from matinee.page.candidates import Candidate
from matinee.page.catalogue import Gems, New, Trend, attested
from matinee.page.choosing import Chosen, choose, least
from matinee.page.facets import facets
from matinee.page.likeness import content_likeness, likeness, taste_likeness
from matinee.page.rows import BEST, WIDTH, Members, Viewer
from matinee.page.scoring import Added, Scoring, best
from matinee.page.seeds import POOL, seeds
from matinee.page.themes import Theme, themes
from matinee.page.values import Card, Page, PageRow
from matinee.ranking import FittedPolicy, Rules
from matinee.ranking.layout import ROW_KINDS, Layout

FOR_ANYBODY = "no liked film is known of this viewer: the page is the same for everybody"
_HALVING = 40.0  # the rank at which a film is expected to be enjoyed 1 / √2 as much as the best
_SAID = {"trending": "Trending", "new": "New", "hidden_gems": "Hidden gems"}


@dataclass(frozen=True, slots=True, eq=False)
class PageMaker:
    """Everything that is not the viewer's: the model, what films are like, themes, trends."""

    items: Vocabulary
    ids: Sequence[str]
    titles: Sequence[str]
    years: Sequence[int | None]
    scoring: Scoring
    anybody: Scoring  # for a viewer of whom no liked film is known
    shown: np.ndarray  # (films,) bool: may be recommended at all
    attested: np.ndarray  # (films,) bool: liked by enough viewers to stand in any row
    vectors: np.ndarray  # (films, n) float32 unit rows, or zero
    trend: Trend
    new: New
    gems: Gems
    themes: tuple[Theme, ...]
    members: Members
    as_of: int
    layout: Layout = field(default_factory=Layout)
    policy: FittedPolicy | None = None  # what makes the top picks, where it is more than the model

    @classmethod
    def of_policy(cls, fitted: FittedPolicy, data: Dataset) -> "PageMaker":
        """For a fitted policy and its data: its list is the top picks, its rules hold for all rows.

        Other rows are of its first stage, of which the cards' scores are too.
        """
        recipe = fitted.policy.reranking
        rules = (Rules() if recipe is None else recipe.rules).of(data)
        maker = cls.of(fitted.first.scorer, data, rules.at(data.as_of), fitted.policy.page)
        plain = fitted.ranker is None and recipe is None
        return maker if plain else replace(maker, policy=fitted)

    @classmethod
    def of(
        cls,
        scorer: Scorer,
        data: Dataset,
        allowed: np.ndarray | None = None,
        layout: Layout | None = None,
        *,
        whole: bool = True,
    ) -> "PageMaker":
        """For a fitted model and its data: a few seconds. `allowed` (films,) bool.

        Without `whole` at once: there are no themes, and no film is known to be like another.

        By default those that are out: see `Rules`. "Lately" and "new" are counted from the latest
        moment that the data knows. InputError where `allowed` is not of these films.
        """
        if allowed is not None and allowed.shape != (len(data.items),):
            raise InputError(f"allowed: expected {len(data.items)} flags, got {allowed.shape}")
        moment, layout = data.as_of, layout or Layout()
        taste, content, found = None, None, list[Theme]()
        if whole:
            taste, content = taste_likeness(data), content_likeness(data)
            found = themes(facets(data, layout.unsaid), taste, len(data.items))
        liked = data.histories.numbers[data.histories.strength > 0]
        likes = np.bincount(liked, minlength=len(data.items))
        names = data.movies.select("item_id", "title", "year")
        return cls(
            data.items,
            data.items.ids.to_list(),
            [title or id_ for id_, title, _ in names.iter_rows()],
            names["year"].to_list(),
            Scoring.of(scorer, data, layout.unsaid),
            Scoring.of(_for_anybody(data), data, layout.unsaid),
            Rules().of(data).at(moment) if allowed is None else allowed,
            attested(data, likes),
            likeness(content, taste, len(data.items)),
            Trend.of(data, moment),
            New.of(data, moment),
            Gems.of(data),
            tuple(found),
            Members.of(found, likes),
            moment,
            layout,
        )

    def page(
        self,
        history: Histories,
        *,
        begun: Mapping[str, float] | None = None,
        listed: Sequence[str] = (),
        rows: int | None = None,
        cards: int | None = None,
    ) -> Page:
        """The page of one viewer: at most `rows` rows of at most `cards` cards.

        Without them as many as the layout says.

        `begun` are the films that were started, each with the share watched (most recent first),
        `listed` those on the viewer's list. Equal arguments give equal pages.
        """
        if history.rows != 1:
            raise InputError(f"page: expected the history of one viewer, got {history.rows}")
        rows = self.layout.rows if rows is None else rows
        cards = self.layout.cards if cards is None else cards
        for name, value in (("rows", rows), ("cards", cards)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError(f"{name}: expected a whole number from 1, got {value!r}")
        with one_thread():
            return self._page(history.on(self.items), begun or {}, listed, rows, cards)

    def _page(
        self,
        history: Histories,
        begun: Mapping[str, float],
        listed: Sequence[str],
        rows: int,
        cards: int,
    ) -> Page:
        notes: list[str] = []
        personal = bool((history.strength > 0).any())
        scoring = self.scoring if personal else self.anybody
        viewer = self._viewer(history, scoring, begun, listed, notes)
        enjoyment = np.full(len(self.items), _hoped(2 * BEST))
        enjoyment[viewer.order] = _hoped(np.arange(len(viewer.order)))
        enjoyment[viewer.picks] = _hoped(np.arange(len(viewer.picks)))
        added = self._added(viewer, scoring)
        candidates = [
            *row_kinds.task_rows(viewer),
            *row_kinds.catalogue_rows(viewer, self.trend, self.new, self.gems),
            *self._because(viewer, added),
            *self._themes(viewer, enjoyment),
        ]
        candidates = [
            replace(candidate, weight=candidate.weight * self.layout.weight(candidate.kind))
            for candidate in candidates
            if candidate.kind in self.layout.kinds
        ]
        candidates.sort(key=lambda candidate: ROW_KINDS.index(candidate.kind))
        # What was seen, begun or listed is no surprise, but it is enjoyed.
        enjoyment[history.numbers[history.strength > 0]] = 1.0
        enjoyment[[*viewer.begun, *viewer.listed]] = 1.0
        for candidate in candidates:
            if candidate.kind in _SAID and len(candidate.films) < least(cards):
                count = len(candidate.films)
                films = f"{count} film{'' if count == 1 else 's'}" if count else "no film"
                notes.append(f"no row {_SAID[candidate.kind]}: {films} for it")
        if not viewer.shown.any():
            notes.append("every film that can be shown has been seen: nothing is recommended")
        elif not personal:
            notes.append(FOR_ANYBODY)
        chosen = choose(candidates, enjoyment, self.vectors, rows, cards)
        return Page(self._explained(chosen, viewer, scoring, added), personal, tuple(notes))

    def _viewer(
        self,
        history: Histories,
        scoring: Scoring,
        begun: Mapping[str, float],
        listed: Sequence[str],
        notes: list[str],
    ) -> Viewer:
        known = scoring.scores(history)
        scores = known.copy()
        scores[~self.shown] = -np.inf
        scores[history.numbers] = -np.inf
        shown = scores > -np.inf
        order = best(scores, min(BEST, int(shown.sum())))
        picks, settled = order[:WIDTH], False
        chances = np.ones(len(picks))
        if self.policy is not None and scoring is self.scoring:
            found = self.policy.slate(history, WIDTH, shown)
            there = found.numbers[0] >= 0
            picks, chances = found.numbers[0][there].astype(np.int64), found.propensities[0][there]
            settled = self.policy.reranking is not None
        started = {int(k): share for k, share in self._numbers(begun, "begun", notes)}
        wanted = [int(k) for k, _ in self._numbers(dict.fromkeys(listed, 0.0), "listed", notes)]
        return Viewer(
            history,
            self.as_of,
            known,
            scores,
            order,
            picks,
            chances,
            settled,
            scoring is self.scoring,
            started,
            [k for k in wanted if k not in started],
        )

    def _numbers(
        self, films: Mapping[str, float], what: str, notes: list[str]
    ) -> list[tuple[int, float]]:
        if not films:
            return []
        numbers = self.items.numbers(pl.Series(list(films), dtype=pl.String)).tolist()
        if lacking := sum(number < 0 for number in numbers):
            notes.append(f"{what} films that the catalogue lacks: {lacking}")
        pairs = zip(numbers, films.values(), strict=True)
        return [(number, value) for number, value in pairs if number >= 0]

    def _added(self, viewer: Viewer, scoring: Scoring) -> Added | None:
        """What the history adds to the viewer's best films; None where there is nothing to add."""
        pool = viewer.order[self.attested[viewer.order]][:POOL]
        return scoring.added(viewer.history, pool) if viewer.personal and len(pool) else None

    def _because(self, viewer: Viewer, added: Added | None) -> list[Candidate]:
        if added is None:
            return []
        entries = added.parts.entries
        found = seeds(viewer.history, added.numbers, entries, added.films, self.vectors)
        return list(row_kinds.because_rows(found, self.titles))

    def _themes(self, viewer: Viewer, enjoyment: np.ndarray) -> Iterator[Candidate]:
        films = viewer.order[self.attested[viewer.order]]
        return row_kinds.theme_rows(viewer, films, self.themes, self.members, enjoyment)

    def _explained(
        self, chosen: Sequence[Chosen], viewer: Viewer, scoring: Scoring, added: Added | None
    ) -> tuple[PageRow, ...]:
        """The rows with their cards; all films are explained in one go."""
        if not chosen:
            return ()
        films = np.concatenate([row.films for row in chosen])
        lengths = [len(row.films) for row in chosen]
        seed = np.repeat([row.candidate.seed for row in chosen], lengths)
        statements = [
            row.candidate.statement(film) for row in chosen for film in row.films.tolist()
        ]
        # What a film that was seen adds to its own score is no reason to see it again.
        again = np.repeat([row.candidate.kind == "watch_again" for row in chosen], lengths)
        evidence = scoring.evidence(viewer.history, films, statements, seed, ~again, added)
        drawn = dict(zip(viewer.picks.tolist(), viewer.chances.tolist(), strict=True))
        chances = [
            drawn[film] if row.candidate.kind == "top_picks" else 1.0
            for row in chosen
            for film in row.films.tolist()
        ]
        cards = iter(
            Card(
                self.ids[film],
                self.titles[film],
                self.years[film],
                float(viewer.known[film]) if np.isfinite(viewer.known[film]) else None,
                reasons,
                chance,
            )
            for film, reasons, chance in zip(films.tolist(), evidence, chances, strict=True)
        )
        return tuple(
            PageRow(
                row.candidate.kind,
                row.candidate.title,
                tuple(next(cards) for _ in range(length)),
            )
            for row, length in zip(chosen, lengths, strict=True)
        )


def _hoped(rank: np.ndarray | int) -> np.ndarray:
    """How far a film of this rank in the viewer's list is expected to be enjoyed, at most 1."""
    return np.asarray(1 / np.sqrt(1 + np.asarray(rank) / _HALVING))


def _for_anybody(data: Dataset) -> Scorer:
    """By the votes of the catalogue where it has any, else by how many liked a film."""
    votes = data.movies["vote_count"].drop_nulls().len() > 0
    recipe: Recipe = WeightedRating() if votes else Popularity()
    return recipe.fit(data, np.random.default_rng(0))
