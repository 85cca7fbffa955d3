"""Lists and truth as the pandas tables that other libraries take."""

import numpy as np
import pandas as pd
from arrays import load


def lists_and_truth(folder: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Columns user, item, rank (from 1); and user, item: viewers with a truth alone."""
    lists, indptr, numbers, strength = load(
        folder, "lists", "truth_indptr", "truth_numbers", "truth_strength"
    )
    owner = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    wanted = (strength > 0) & (owner < len(lists))
    truth = pd.DataFrame({"user": owner[wanted], "item": numbers[wanted]})
    rows, places = np.nonzero(lists >= 0)
    table = pd.DataFrame({"user": rows, "item": lists[rows, places], "rank": places + 1})
    return table[table["user"].isin(truth["user"])].reset_index(drop=True), truth
