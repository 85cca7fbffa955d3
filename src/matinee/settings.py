"""The environment and `matinee.toml`, read once and validated; the only place that reads them."""

import tomllib
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from matinee.errors import InputError


class Settings(BaseSettings):
    """What a person may set: MATINEE_HOME=..., or `home = ...` in matinee.toml."""

    model_config = SettingsConfigDict(
        env_prefix="MATINEE_",
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
    erasure_days: int = Field(
        7,
        ge=0,
        le=30,
        description="days within which what has learnt from an erased viewer is trained again",
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"matinee.toml: expected TOML in UTF-8, got {error}") from None
    except OSError as error:
        raise InputError(
            f"matinee.toml: expected a file that can be read, got {error.strerror}"
        ) from None
