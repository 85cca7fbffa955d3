"""The service with its pages: one application, one process."""

from collections.abc import Callable

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
from matinee.web.later import Later
from matinee.web.route import problem_page

_PAGES = (home, saying, sending, player, film, finding, my_list, welcome)
_OWN = (tasting, leaving, viewers, entering)
_MADE = (*_PAGES, *_OWN)  # a film's other pages come before the film's own
_FILES = (drawing, library, assets)  # many a page, kept by browsers: no rate
_OF_PROGRAMS = ("/v1/", "/metrics", "/livez", "/readyz", "/openapi.json")


def create_app(settings: Settings) -> FastAPI:
    """The JSON interface of `matinee.service`, and pages for people beside it."""
    app = create_service(settings)
    app.state.poster_origins = settings.poster_origins
    app.state.simulated_viewers = settings.simulated_viewers
    for module in _MADE:
        app.include_router(module.router, dependencies=[Depends(hold_to_address)])
    app.router.routes.append(Later(app, "/studio", lambda: _studio(app)))
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


def _studio(app: FastAPI) -> Callable[[], None]:
    """What brings the studio, once it is imported: it draws and judges, and so does it slowly."""
    from matinee.web.studio.rooms import open_studio  # noqa: PLC0415

    def include() -> None:
        app.include_router(open_studio(app), dependencies=[Depends(hold_to_address)])

    return include


def app_of_settings() -> FastAPI:
    """The application of this process' environment, as each worker makes it."""
    return create_app(read_settings())
