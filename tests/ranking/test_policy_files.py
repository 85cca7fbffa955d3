"""A policy's file is read back as written, and a wrong key is named."""

import pytest

from matinee.dataset import Signals
from matinee.errors import InputError
from matinee.ranking import Policy, Reranking, Rules, policy_from_toml, policy_to_toml
from matinee.ranking.glass_box import GlassBox
from matinee.ranking.lambdamart import LambdaMart
from matinee.ranking.layout import Layout
from matinee.ranking.linear_ranker import LinearRanker
from matinee.ranking.policy import Candidates

POLICIES = [
    Policy("first"),
    Policy('with "quotes" and \\', Candidates("ease:ridge=100.0", 50), LinearRanker(ridge=2.0)),
    Policy("trees", Candidates(n=300), LambdaMart(trees=7, ridge=0.5)),
    Policy("glass", ranker=GlassBox(rounds=20)),
    Policy("varied", reranking=Reranking()),
    Policy("short", page=Layout(3, 5, ["top_picks", "theme"], {"theme": 2})),
    Policy(
        "wishes",
        reranking=Reranking(
            0.3,
            half_life=30.5,
            places=12,
            rules=Rules(languages=["en"], without_genres=["Film-Noir", 'a "b"'], maturity=12),
            boosts={"m 10": 2.5, "11": 0.5},
            pins={"m12": 3},
        ),
    ),
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_what_is_written_is_read_back(policy):
    assert policy_from_toml(policy_to_toml(policy), "elsewhere") == policy


def test_an_empty_document_is_the_default_model_alone():
    assert policy_from_toml("", "plain") == Policy("plain")


def test_a_whole_number_is_a_number_too():
    text = '[ranker]\nkind = "lambdamart"\nridge = 3'
    assert policy_from_toml(text, "p").ranker == LambdaMart(ridge=3.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[candidates", "policy p: expected TOML, got"),
        (
            "[slots]\nn = 1",
            "policy p: expected name, candidates, ranker, reranking, page, signals, got 'slots'",
        ),
        ("name = 3", "policy p: expected name to be a text, got 3"),
        ("candidates = 3", r"policy p: \[candidates\]: expected a table, got 3"),
        ("[candidates]\nmany = 3", r"\[candidates\]: expected one of model, n, got 'many'"),
        ("[candidates]\nn = 2.5", r"\[candidates\] n: expected a whole number, got 2.5"),
        ("[candidates]\nn = true", r"\[candidates\] n: expected a whole number, got True"),
        ("[candidates]\nn = 3", r"\[candidates\]: candidates: expected n from 10 to 5,000, got 3"),
        ('[candidates]\nmodel = "eas"', r"\[candidates\]: model: expected one of .*, got 'eas'"),
        ("reranking = 3", r"policy p: \[reranking\] reranking: expected a table, got 3"),
        ("[reranking]\nvariety = 1", r"\[reranking\] reranking: expected keys among .*'variety'"),
        ("[reranking]\ndiversity = -1", r"\[reranking\] diversity: expected a number from 0"),
        ("[reranking.rules]\ngenres = 'x'", r"\[reranking\] genres: expected a list of texts"),
        ('[reranking.pins]\n"m10" = 0', r"\[reranking\] pins: expected a place from 1 to 20"),
        ("ranker = []", r"\[ranker\]: expected a table, got \[\]"),
        (
            '[ranker]\nkind = "trees"',
            r"\[ranker\]: expected kind to be one of none, linear, lambdamart, ebm, got 'trees'",
        ),
        ("[ranker]\ntrees = 3", r"\[ranker\]: expected no settings with kind none, got"),
        ('[ranker]\nkind = "ebm"\ndepth = 3', r"\[ranker\]: expected one of rounds, .*'depth'"),
        ('[ranker]\nkind = "lambdamart"\ntrees = 0', r"\[ranker\]: lambdamart: expected trees"),
        ('[ranker]\nkind = "lambdamart"\nlearning_rate = 2', r"expected learning_rate in \(0, 1\]"),
        ('[ranker]\nkind = "linear"\nridge = nan', r"linear ranker: expected ridge > 0, got nan"),
        (
            '[ranker]\nkind = "linear"\nof = "stars"',
            r"expected of among both, popularity, rating, got .stars.",
        ),
        ("page = 3", r"policy p: \[page\] expected a table, got 3"),
        (
            "[page]\ncolumns = 3",
            r"\[page\] expected one of rows, cards, kinds, weights, unsaid, got 'columns'",
        ),
        ("[page]\nrows = 0", r"\[page\] rows: expected a whole number from 1 to 100, got 0"),
        ("[page]\nkinds = []", r"\[page\] kinds: expected some of continue_watching, .*, got none"),
        ("[page]\nkinds = ['gems']", r"\[page\] kinds: expected some of .*, got 'gems'"),
        ("[page]\nweights = 3", r"\[page\] weights: expected a table, got 3"),
        ("[page.weights]\nnew = -1", r"\[page\] weights: expected new above 0, got -1"),
        ("[page.weights]\nold = 1", r"\[page\] weights: expected some of .*, got 'old'"),
        ('[ranker]\nkind = "ebm"\nbins = 2', r"ebm: expected rounds >= 1, bins from 4"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_is_allowed(text, message):
    with pytest.raises(InputError, match=message):
        policy_from_toml(text, "p")


def test_weights_of_signals_are_a_section_of_the_policy() -> None:
    policy = policy_from_toml("[signals]\nlisted = 0.5\nignored = -0.1\npatience_s = 60", "mine")
    assert policy.signals == Signals(listed=0.5, ignored=-0.1, patience_s=60)
    assert policy_from_toml(policy_to_toml(policy), "mine") == policy
    assert "[signals]" not in policy_to_toml(policy_from_toml("", "mine"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lisetd = 0.5", r"\[signals\]: expected one of like, .*, got 'lisetd'"),
        ("listed = true", r"\[signals\] listed: expected a number, got True"),
        ("like = 2", r"\[signals\]: signals: expected like from -1 to 1, got 2"),
        ("neutral = 0.95", r"expected 0 < neutral < whole <= 1, got 0\.95 and 0\.9"),
        ("patience_s = -1", r"expected patience_s from 0, got -1"),
        ("skip = nan", r"expected skip as a number, got nan"),
    ],
)
def test_weights_of_signals_that_cannot_be_are_told(line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        policy_from_toml(f"[signals]\n{line}", "mine")
