"""Predicted ratings: the folds and figures of the published protocol, and what coverage counts."""

import json
from pathlib import Path

import numpy as np
import pytest

import matinee
from matinee.dataset import rating_fold_stages
from matinee.errors import InputError, MissingData
from matinee.evaluation.stars import NOMINAL, Rater, ask, rating_board
from matinee.models.bias import Bias
from matinee.reports import write_ratings


class Fixed:
    """Predicts the given mean and deviation of every rating."""

    def __init__(self, items, mean, deviation):
        self.items, self.mean, self.deviation = items, mean, deviation

    def predict(self, histories, rows, items, times):
        del histories, items, times
        return np.full(len(rows), self.mean), np.full(len(rows), self.deviation)


def board(data, *models):
    stages = rating_fold_stages(data)
    raters = [Rater(f"m{k}", "-", 1.0, model) for k, model in enumerate(models)]
    folds = [ask(raters, stage) for stage in stages]
    return rating_board(folds, stages[0], "kfold", 0, draws=50)


def test_errors_are_pooled_over_the_ratings_of_all_folds(data):
    """Not the mean of folds or of viewers: sqrt(mean((3 - r)²)) over every rating."""
    found = board(data, Fixed(data.items, 3.0, 1.0))
    ratings = data.histories.rating
    assert found.ratings == len(ratings)
    assert found.users == 39  # one of 40 has no rating
    assert found.models[0].rmse.value == pytest.approx(np.sqrt(((3 - ratings) ** 2).mean()))
    assert found.models[0].mae.value == pytest.approx(np.abs(3 - ratings).mean())


def test_coverage_counts_ratings_within_the_quantiles_of_a_normal_distribution(data):
    found = board(data, Fixed(data.items, 3.0, 1.3)).models[0]
    away = np.abs(data.histories.rating - 3)
    for level, deviations in ((50, 0.67449), (80, 1.28155), (95, 1.95996)):
        assert found.coverage[level].value == pytest.approx((away <= 1.3 * deviations).mean())
        assert found.coverage[level].low <= found.coverage[level].value
    assert list(found.coverage) == list(NOMINAL)


def test_the_least_error_comes_first_whatever_it_is_called(data):
    found = board(data, Fixed(data.items, 1.0, 1.0), Fixed(data.items, 3.0, 1.0))
    assert [model.name for model in found.models] == ["m1", "m0"]


def test_figures_are_those_of_the_models_asked_one_by_one(data):
    found = matinee.evaluate_ratings(data, ["bias"], folds=4)
    errors = []
    for stage in rating_fold_stages(data, 4):
        model, truth = Bias().fit(stage.train, np.random.default_rng(0)), stage.truth
        mean, _ = model.predict(stage.histories, truth.entry_rows, truth.numbers, truth.time)
        errors.append(mean - truth.rating)
    expected = np.sqrt((np.concatenate(errors) ** 2).mean())
    assert found.models[0].rmse.value == pytest.approx(expected, rel=1e-6)
    assert found.split == "kfold, 4 folds"


def test_in_time_nothing_of_the_future_is_learnt_from(data):
    found = matinee.evaluate_ratings(data, ["bias", "mf"], "time")
    split = matinee.split(data, "time")
    assert found.ratings == split.final.truth.entries
    assert {model.name for model in found.models} == {"bias", "mf"}


def test_models_that_predict_no_ratings_and_folds_that_cannot_be_are_refused(data):
    with pytest.raises(InputError, match=r"expected one that predicts ratings \(bias, fm, mf\)"):
        matinee.evaluate_ratings(data, ["popularity"])
    with pytest.raises(InputError, match="folds: expected 2 to"):
        matinee.evaluate_ratings(data, ["bias"], folds=1)
    with pytest.raises(InputError, match="different names"):
        ask([Rater("a", "", 0, Fixed(data.items, 3, 1))] * 2, rating_fold_stages(data)[0])


def test_likes_alone_are_refused(data):
    from dataclasses import replace

    silent = np.full(data.histories.entries, np.nan, np.float32)
    likes = data.with_histories(replace(data.histories, rating=silent))
    with pytest.raises(MissingData, match="kfold: expected ratings, lopsided has none"):
        matinee.evaluate_ratings(likes, ["bias"])


def test_the_report_shows_every_model_and_the_calibration(data, tmp_path: Path):
    found = matinee.evaluate_ratings(data, ["bias", "mf"], folds=3).to_json_dict()
    json.dumps(found, allow_nan=False)
    page = write_ratings(found, tmp_path)
    html = page.read_text()
    for model in found["models"]:
        assert f"{model['metrics']['rmse']['value']:.4f}" in html
    worst = max(
        found["models"][0]["coverage"], key=lambda share: abs(share["value"] - share["nominal"])
    )
    assert f"that claim {worst['nominal']:.0%} cover {worst['value']:.1%}" in html
    assert (tmp_path / "pictures" / "calibration.svg").exists()


@pytest.mark.data
def test_folds_and_figures_are_those_of_the_published_protocol(real_data, protocols, tmp_path):
    """Every fold asks for the protocol's pairs, and the pooled figures agree."""
    import zipfile

    zipfile.ZipFile(real_data / "ml-latest-small.zip").extractall(tmp_path)
    data = matinee.api.as_dataset(str(real_data / "ml-latest-small.zip"))
    predicted, given = [], []
    published = list(protocols.rating_split("ml-latest-small", tmp_path))
    for stage, (_, _, test) in zip(rating_fold_stages(data), published, strict=True):
        truth = stage.truth
        users = stage.histories.user_ids.gather(truth.entry_rows).to_list()
        items = truth.items.ids.gather(truth.numbers).to_list()
        ours = dict(zip(zip(users, items, strict=True), truth.rating.tolist(), strict=True))
        theirs = {(str(u), str(i)): r for u, i, r, _ in test.iter_rows()}
        assert ours == theirs
        model = Bias().fit(stage.train, np.random.default_rng(0))
        mean, _ = model.predict(stage.histories, truth.entry_rows, truth.numbers, truth.time)
        predicted.append(mean)
        given.append(truth.rating)
    expected = protocols.rating_metrics(np.concatenate(predicted), np.concatenate(given))
    found = matinee.evaluate_ratings(data, ["bias"]).models[0]
    assert found.rmse.value == pytest.approx(expected["rmse"][0], abs=1e-5)
    assert found.mae.value == pytest.approx(expected["mae"][0], abs=1e-5)
