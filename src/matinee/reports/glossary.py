"""What each protocol and each metric means, in words, with its source."""

# By the start of a split's name.
PROTOCOLS: dict[str, str] = {
    "time": (
        "Global time split: models learn from what happened before one moment and are asked what "
        "viewers liked after it, as in life. Films that nobody had seen before are not candidates."
    ),
    "rolling": (
        "One of several rolling time origins: a global time split at a moment that moves on from "
        "one to the next."
    ),
    "leave-last": (
        "Leave-last-n: each viewer's last films are asked for. Models see the future of other "
        "viewers, so figures are higher than in life."
    ),
    "random": (
        "Interactions held out at random. Models see the future, so figures are higher than in "
        "life."
    ),
    "kfold": (
        "Every rating is hidden once: predicted by a model of the other folds. Models see the "
        "viewer's other ratings, later ones and those of the same day too, so figures are better "
        "than in life."
    ),
    "user-fold": (
        "A fold of viewers is held out and never learnt from; of each, a part of the history is "
        "shown and the rest of what they liked asked for."
    ),
    "strong": (
        "Strong generalisation (Liang et al. 2018): held-out viewers are never learnt from; 80 % "
        "of what each liked is shown, the rest is asked for."
    ),
    "cold-items": "Cold films: those asked for have no interaction that models could learn from, "
    "and are ranked among themselves.",
    "cold-items-full": "Cold films: those asked for have no interaction that models could learn "
    "from, and are ranked in the full catalogue, beside films that have.",
}

# By the name before "@".
METRICS: dict[str, str] = {
    "ndcg": (
        "Normalised discounted cumulative gain: hits count 1 / log2(place + 1), over the best that "
        "could be reached. Järvelin and Kekäläinen 2002; the ideal is cut at min(k, liked films)."
    ),
    "recall": "Hits among the first k over min(k, liked films), so that 1 can be reached. Liang "
    "et al. 2018, section 4.2.",
    "recall_all": "Hits among the first k over all liked films. Herlocker et al. 2004.",
    "precision": "Hits among the first k over k. Herlocker et al. 2004.",
    "map": "Mean over viewers of the precision at each hit, summed, over min(k, liked films).",
    "mrr": "Mean over viewers of 1 / place of the first hit; 0 without one.",
    "hit_rate": "Share of viewers with a hit among the first k. Deshpande and Karypis 2004.",
    "coverage": "Share of the films that may be recommended which stand in anyone's first k. Ge et "
    "al. 2010.",
    "novelty": "Mean over a list of -log2(share of viewers who took the film), in bits: the "
    "higher, the less known. Castells et al. 2011.",
    "diversity": "Mean over the pairs of a list of 1 - cosine of film features (genres, people, "
    "keywords). Ziegler et al. 2005.",
    "serendipity": "Hits, each weighted by 1 - mean cosine to the viewer's history, over k: "
    "relevant and unlike what is known. After Zhang et al. 2012.",
    "serendipity_beyond": "Share of a list that is a hit and not in the popularity list. Ge et al. "
    "2010.",
    "gini": "Inequality of how often films are recommended, never recommended ones included: 1 = "
    "always the same, 0 = all alike. Lower is more even.",
    "calibration": "Jensen-Shannon divergence between the genre shares of history and list, in "
    "bits: 0 = the same mixture. Lower is closer. After Steck 2018.",
    "popularity_bias": "Mean popularity percentile of the list less that of the viewer's history: "
    "0 = as popular as what the viewer watches. After Abdollahpouri et al. 2019.",
    "prediction_coverage": "Share of the catalogue that the model can score at all. Herlocker et "
    "al. 2004.",
    "rmse": "Root of the mean squared error of predicted ratings, pooled over all hidden ratings. "
    "Lower is better.",
    "mae": "Mean absolute error of predicted ratings, pooled over all hidden ratings. Lower is "
    "better.",
}


def protocol(split: str) -> str:
    """What a split of this name does; empty for one that came from a file."""
    return next((words for start, words in PROTOCOLS.items() if split.startswith(start)), "")
