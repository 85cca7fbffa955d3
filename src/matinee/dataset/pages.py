"""The pages that viewers were shown before: the owner's own recommendations, as a log has them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.dataset.vocabulary import Vocabulary

_SPAN = 2**38  # seconds: the last of the year 9999 lies below


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Pages in order of viewer and time, and on which place of which page each film stood."""

    page_key: np.ndarray  # (pages,) int64 ascending: viewer · _SPAN + time
    film_key: np.ndarray  # (impressions,) int64 ascending: page · items + item
    place: np.ndarray  # (impressions,) int32 from 1
    began_key: np.ndarray  # (plays,) int64 ascending: viewer · items + item
    began: np.ndarray  # (plays,) int64 UTC seconds, ascending within a pair
    items: int

    @classmethod
    def of(cls, events: pl.DataFrame, users: Vocabulary, items: Vocabulary) -> "Shown | None":
        """Of the impressions of an event log; None unless one has a page_id.

        `events`: user_id, item_id, kind, timestamp, page_id, row, slot. A page's moment is that of
        its first impression; films stand by row, slot, and as they were given.
        """
        numbered = events.with_columns(
            user=pl.Series(users.numbers(events["user_id"])),
            item=pl.Series(items.numbers(events["item_id"])),
        ).filter(pl.col("user") >= 0)
        seen = numbered.filter((pl.col("kind") == "impression") & pl.col("page_id").is_not_null())
        if not seen.height:
            return None
        # Films that nobody ever did anything with hold their places, too.
        seen = seen.with_columns(moment=pl.col("timestamp").min().over("user", "page_id"))
        seen = seen.sort(
            "user", "moment", "page_id", "row", "slot", nulls_last=True, maintain_order=True
        )
        page = pl.struct("user", "moment", "page_id").rle_id().alias("page")
        seen = seen.with_columns(page.cast(pl.Int64))
        seen = seen.with_columns(place=pl.int_range(1, pl.len() + 1).over("page"))
        pages = seen.unique("page", keep="first", maintain_order=True)
        placed = seen.filter(pl.col("item") >= 0).unique(
            ["page", "item"], keep="first", maintain_order=True
        )
        key = placed["page"].to_numpy() * len(items) + placed["item"].to_numpy()
        order = np.argsort(key, kind="stable")
        plays = numbered.filter((pl.col("kind") == "play") & (pl.col("item") >= 0))
        plays = plays.sort("user", "item", "timestamp")
        return cls(
            _at(pages["user"].to_numpy(), pages["moment"].to_numpy()),
            key[order],
            placed["place"].to_numpy().astype(np.int32)[order],
            plays["user"].to_numpy().astype(np.int64) * len(items) + plays["item"].to_numpy(),
            plays["timestamp"].to_numpy(),
            len(items),
        )

    def pages(self, user: np.ndarray, item: np.ndarray, time: np.ndarray) -> np.ndarray:
        """The number of each viewer's last page before, -1 = none, (events,).

        Before the film was played, if the log has the play, else before `time`.
        """
        moment = self._began(user, item, time)
        at = np.searchsorted(self.page_key, _at(user, moment), side="right") - 1
        there = (at >= 0) & (self.page_key[np.maximum(at, 0)] // _SPAN == user)
        return np.where(there, at, -1)

    def places(self, pages: np.ndarray, item: np.ndarray) -> np.ndarray:
        """Where each film stood on its page, from 1: 0 = not there, -1 = no page, (events,)."""
        key = pages * self.items + item
        found = np.minimum(np.searchsorted(self.film_key, key), len(self.film_key) - 1)
        place = np.where(self.film_key[found] == key, self.place[found], 0)
        return np.where(pages >= 0, place, -1).astype(np.int32)

    def first(self, pages: np.ndarray, k: int) -> np.ndarray:
        """The films of the first k places of each page, (events, k) int32, -1 = none known."""
        lists = np.full((len(pages), k), -1, np.int32)
        starts, stops = (
            np.searchsorted(self.film_key, (pages + ahead) * self.items) for ahead in (0, 1)
        )
        lengths = np.where(pages >= 0, stops - starts, 0)
        rows = np.repeat(np.arange(len(pages)), lengths)
        before = np.cumsum(lengths) - lengths
        entries = np.arange(lengths.sum()) - np.repeat(before - starts, lengths)
        near = self.place[entries] <= k
        rows, entries = rows[near], entries[near]
        lists[rows, self.place[entries] - 1] = self.film_key[entries] % self.items
        return lists

    def _began(self, user: np.ndarray, item: np.ndarray, time: np.ndarray) -> np.ndarray:
        """When the pair's last play until `time` began; `time` where there is none."""
        if not len(self.began):
            return time
        pair = user.astype(np.int64) * self.items + item
        # Plays of a pair lie together: rank pairs, so that pair and time fit one key.
        pairs, codes = np.unique(self.began_key, return_inverse=True)
        rank = np.minimum(np.searchsorted(pairs, pair), len(pairs) - 1)
        at = np.searchsorted(_at(codes, self.began), _at(rank, time), side="right") - 1
        held = np.maximum(at, 0)
        played = (at >= 0) & (pairs[rank] == pair) & (self.began_key[held] == pair)
        return np.where(played, self.began[held], time)


def _at(user: np.ndarray, time: np.ndarray) -> np.ndarray:
    return np.asarray(user.astype(np.int64) * _SPAN + time)
