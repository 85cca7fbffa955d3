"""The environment and `matinee.toml`, read once and validated; the only place that reads them."""

import difflib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, SecretStr, TypeAdapter, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from matinee.errors import InputError

Purpose = Literal["personalisation", "improvement", "experiments"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)  # for which a viewer's data may be used
_PREFIX = "MATINEE_"


class Settings(BaseSettings):
    """What a person may set: MATINEE_HOME=..., or `home = ...` in matinee.toml."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,  # MATINEE_HOME= is not the working directory
        toml_file="matinee.toml",
        extra="forbid",
        frozen=True,
    )

    home: Path = Field(Path(".matinee"), description="the workspace folder")
    data: Path | None = Field(None, description="where downloaded data sets are looked for first")
    secret: SecretStr | None = Field(
        None, description="the key of pseudonyms and tombstones; by default a file of the workspace"
    )
    database_url: SecretStr | None = Field(
        None, description="the database; by default the SQLite file matinee.db in the workspace"
    )
    artefacts: str | None = Field(
        None,
        description="where versions of models are kept: s3://bucket/folder, by default the "
        "workspace",
    )
    cors_origins: tuple[str, ...] = Field(
        (), description="web origins whose pages may call the service; by default none"
    )
    poster_origins: tuple[str, ...] = Field(
        (), description="web origins whose posters pages may show; by default they are drawn here"
    )
    simulated_viewers: bool = Field(
        False,
        description="the database's viewers are simulated: whoever looks at the pages may be any",
    )
    body_limit: int = Field(
        1_000_000, ge=1_000, description="the most bytes of a request to the service"
    )
    rate_limit: float = Field(
        0, ge=0, description="the most requests a second of an API key, per worker; 0: no limit"
    )
    viewer_rate_limit: float = Field(
        20,
        ge=0,
        description="the most requests a second with a viewer's token, and from one address of "
        "pages and with wrong keys, per worker; 0: no limit",
    )
    rate_burst: float = Field(
        5,
        ge=0,
        le=3_600,
        description="seconds: who was quiet for so long may ask at once what the rates allow in it",
    )
    erasure_days: int = Field(
        7,
        ge=0,
        le=30,
        description="days within which what has learnt from an erased viewer is trained again",
    )
    consent_default: tuple[Purpose, ...] = Field(
        PURPOSES,
        description="the purposes that a viewer allows who has said nothing of them; [] asks first",
    )
    retain_events_days: int = Field(
        0, ge=0, description="days after which what viewers did is deleted; 0: it is kept"
    )
    retain_pages_days: int = Field(
        400, ge=0, description="days after which the log of pages shown is deleted; 0: it is kept"
    )
    seed: int = Field(0, ge=0, description="the seed of every command")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings() -> Settings:
    """The settings of this process, or an InputError that names the wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}, got {e['input']!r}"
            for e in error.errors()
        )
        raise InputError(f"settings (MATINEE_* or matinee.toml): {wrong}") from None
    except SettingsError:
        wrong = "; ".join(f"{each.name}: {each.wrong}" for each in stated() if each.wrong)
        raise InputError(f"settings (MATINEE_* or matinee.toml): {wrong}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _unread(error) from None


@dataclass(frozen=True, slots=True)
class Stated:
    """One setting as it stands, who says so, and what is wrong with it."""

    name: str
    value: Any  # the default where what is stated is wrong
    source: Literal["default", "environment", "matinee.toml"]
    wrong: str | None = None


def stated() -> list[Stated]:
    """Every setting, each checked by itself, and then names that are no setting.

    Of a setting that both state, the environment's counts. InputError where matinee.toml cannot be
    read at all.
    """
    try:
        file = dict(TomlConfigSettingsSource(Settings)())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _unread(error) from None
    environment = EnvSettingsSource(Settings)
    found = []
    for name, field in Settings.model_fields.items():
        text = environment.env_vars.get(f"{_PREFIX}{name}".lower())
        kind: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
        source: Literal["environment", "matinee.toml"] = "environment" if text else "matinee.toml"
        if not text and name not in file:
            found.append(Stated(name, field.default, "default"))
            continue
        try:
            lists = environment.field_is_complex(field)
            value = (
                environment.prepare_field_value(name, field, text, lists) if text else file[name]
            )
            found.append(Stated(name, kind.validate_python(value), source))
        except ValidationError as error:
            wrong = "; ".join(each["msg"].lower() for each in error.errors())
            found.append(Stated(name, field.default, source, wrong))
        except ValueError:
            wrong = 'expected a list as JSON has it, such as ["https://films.example"]'
            found.append(Stated(name, field.default, source, f"{wrong}, got {text!r}"))
    return [*found, *_strangers(file)]


def settings_of(found: list[Stated]) -> Settings:
    """The settings that `stated` tells, defaults in place of what is wrong."""
    known = {each.name: each.value for each in found if each.name in Settings.model_fields}
    return Settings.model_construct(**known)


def _strangers(file: dict[str, Any]) -> Iterator[Stated]:
    """What looks like a setting and is none: nothing reads it, or matinee.toml is refused."""
    names = list(Settings.model_fields)
    variables = {f"{_PREFIX}{name}".upper(): name for name in names}
    for variable in sorted(os.environ):
        if variable.upper().startswith(_PREFIX) and variable.upper() not in variables:
            near = difflib.get_close_matches(variable.upper(), variables, 1)
            yield Stated(variable, None, "environment", f"no setting has this name{_mean(near)}")
    for key in sorted(file.keys() - set(names)):
        near = difflib.get_close_matches(key.lower(), names, 1)
        yield Stated(key, None, "matinee.toml", f"no setting has this name{_mean(near)}")


def _mean(near: list[str]) -> str:
    return f"; did you mean {near[0]}?" if near else ""


def _unread(error: Exception) -> InputError:
    if isinstance(error, OSError):
        return InputError(f"matinee.toml: expected a file that can be read, got {error.strerror}")
    return InputError(f"matinee.toml: expected TOML in UTF-8, got {error}")
