"""All pages of the studio, and what they keep between requests."""

from fastapi import APIRouter, FastAPI

from matinee.web.studio import (
    access,
    catalogue_page,
    data_page,
    health_page,
    interpretation_page,
    models_page,
    policies_page,
    preview_page,
    viewer_page,
)
from matinee.web.studio.counting import Counting
from matinee.web.studio.interpreting import Interpreting

_DATA = (data_page, catalogue_page, health_page)
_INSIGHT = (models_page, interpretation_page, viewer_page, policies_page, preview_page)


def open_studio(app: FastAPI) -> APIRouter:
    """The routes, for an application that keeps what they need."""
    app.state.interpreting = Interpreting()
    app.state.counting = Counting()
    router = APIRouter()
    for module in (access, *_DATA, *_INSIGHT):
        router.include_router(module.router)
    return router
