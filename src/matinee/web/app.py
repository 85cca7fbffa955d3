"""The service with its pages: one application, one process."""

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from matinee.service.app import create_app as create_service
from matinee.service.keys import hold_to_address
from matinee.service.problems import problem_of
from matinee.settings import Settings, read_settings
from matinee.web import (
    assets,
    drawing,
    entering,
    film,
    finding,
    home,
    leaving,
    library,
    my_list,
    player,
    saying,
    sending,
    tasting,
    viewers,
    welcome,
)
from matinee.web.route import problem_page
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

_PAGES = (home, saying, sending, player, film, finding, my_list, welcome)
_OWN = (tasting, leaving, viewers, entering)
_INSIGHT = (models_page, interpretation_page, viewer_page, policies_page, preview_page)
_STUDIO = (access, data_page, catalogue_page, *_INSIGHT, health_page)
_MADE = (*_PAGES, *_OWN, *_STUDIO)  # a film's other pages come before the film's own
_FILES = (drawing, library, assets)  # many a page, kept by browsers: no rate
_OF_PROGRAMS = ("/v1/", "/metrics", "/livez", "/readyz", "/openapi.json")


def create_app(settings: Settings) -> FastAPI:
    """The JSON interface of `matinee.service`, and pages for people beside it."""
    app = create_service(settings)
    app.state.poster_origins = settings.poster_origins
    app.state.simulated_viewers = settings.simulated_viewers
    app.state.interpreting = Interpreting()
    app.state.counting = Counting()
    for module in _MADE:
        app.include_router(module.router, dependencies=[Depends(hold_to_address)])
    for module in _FILES:
        app.include_router(module.router)
    told = app.exception_handlers[HTTPException]

    async def unknown(request: Request, error: Exception) -> Response:
        """A page for a browser that is lost, a problem for a program."""
        browser = "text/html" in request.headers.get("accept", "")
        if browser and not request.url.path.startswith(_OF_PROGRAMS):
            return problem_page(request, problem_of(error))
        answer: Response = await told(request, error)  # type: ignore[misc]
        return answer

    app.add_exception_handler(HTTPException, unknown)
    return app


def app_of_settings() -> FastAPI:
    """The application of this process' environment, as each worker makes it."""
    return create_app(read_settings())
