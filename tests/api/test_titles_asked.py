"""A question about titles is answered from them, not from what everybody likes now."""

import numpy as np

import matinee
from matinee.models.blend import Blend
from matinee.training import fit


def test_liked_titles_are_not_answered_with_what_is_trending():
    data = matinee.read("starter")
    blend = fit(Blend(("trending", "linear"), (50.0, 1.0)), matinee.api.as_dataset(data))
    titles = matinee.api.as_dataset(data).movies["title"].to_list()
    lists = []
    for title in titles[:2]:
        found = matinee.recommend(data, like=[f"{title}"], model=blend)
        assert found.model == "blend:linear@1"
        assert all(reason.kind != "trend" for item in found.items for reason in item.reasons)
        lists.append([item.item_id for item in found.items])
    assert lists[0] != lists[1]
    user = str(matinee.api.as_dataset(data).users.ids[0])
    assert "trending" in matinee.recommend(data, user=user, model=blend).model
    assert np.isfinite([item.score for item in found.items]).all()
