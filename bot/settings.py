"""All settings, read once, from the environment or `.env`; everything wrong is said at once."""

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_HOURS: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_AES_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}")
SERVICES_DIR: Final = Path(__file__).parent.parent / "services"
OFFICIAL_API: Final = "https://api.weixin.qq.com"


class SettingsBroken(Exception):
    """The settings cannot be used."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("settings: " + "; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """The names are fixed: the README's table lists every one of them."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    wechat_app_id: str
    wechat_app_secret: SecretStr
    wechat_token: SecretStr
    wechat_aes_key: SecretStr = SecretStr("")
    wechat_previous_aes_key: SecretStr = SecretStr("")
    wechat_mode: Literal["plain", "compat", "safe", ""] = ""
    wechat_api_url: str = OFFICIAL_API
    mini_app_id: str = ""
    mini_app_secret: SecretStr = SecretStr("")
    public_url: str
    database_url: str = ""
    redis_url: str = ""
    data_dir: Path = Path("var")
    data_keys: SecretStr | None = None
    lookup_keys: SecretStr | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    services: str = ""
    services_dir: Path = SERVICES_DIR
    registry_url: str = ""
    registry_key: SecretStr = SecretStr("")
    papers_url: str = ""
    papers_key: SecretStr = SecretStr("")
    identity_url: str = ""
    identity_client_id: str = ""
    identity_client_secret: SecretStr = SecretStr("")
    departments_file: Path | None = None
    templates_file: Path | None = None
    quiet_hours: str = "21:30-08:00"
    take_back_seconds: Annotated[int, Field(ge=0, le=86400)] = 600
    clock_shift: int = 0

    @field_validator("wechat_app_id", "public_url")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must not be empty")
        return value.strip().rstrip("/")

    @field_validator("wechat_aes_key", "wechat_previous_aes_key")
    @classmethod
    def _key_length(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _AES_KEY.fullmatch(value.get_secret_value()):
            raise ValueError(
                "must have 43 letters and digits (the EncodingAESKey of the account's page)"
            )
        return value

    @field_validator("wechat_api_url", "registry_url", "papers_url", "identity_url", mode="after")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("public_url", "wechat_api_url", "registry_url", "papers_url", "identity_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return _begins(value, "http://", "https://")

    @field_validator("database_url")
    @classmethod
    def _database_address(cls, value: str) -> str:
        return _begins(value, "sqlite://", "postgres://", "postgresql://", "asyncpg://")

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str) -> str:
        return _begins(value, "redis://", "rediss://", "unix://")

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value and not _HOURS.fullmatch(value):
            raise ValueError("must read 21:30-08:00, or be empty for none")
        return value

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        if self.clock_shift and self.wechat_api_url == OFFICIAL_API:
            raise ValueError("CLOCK_SHIFT is for rehearsals: not with the official WECHAT_API_URL")
        if self.wechat_mode in {"compat", "safe"} and not self.wechat_aes_key.get_secret_value():
            raise ValueError(f"WECHAT_MODE {self.wechat_mode} needs WECHAT_AES_KEY")
        for url, key in (("registry_url", "registry_key"), ("papers_url", "papers_key")):
            if getattr(self, url) and not getattr(self, key).get_secret_value():
                raise ValueError(f"{key.upper()} is missing beside {url.upper()}")
        if self.identity_url and not (
            self.identity_client_id and self.identity_client_secret.get_secret_value()
        ):
            raise ValueError(
                "IDENTITY_CLIENT_ID and IDENTITY_CLIENT_SECRET are missing beside IDENTITY_URL"
            )
        return self

    @property
    def database(self) -> str:
        """The database's address: PostgreSQL, or a SQLite file under DATA_DIR."""
        return self.database_url or f"sqlite://{(self.data_dir / 'records.sqlite3').absolute()}"

    @property
    def quiet(self) -> tuple[time, time] | None:
        """When nobody is disturbed (from, until; Asia/Shanghai); None for never."""
        if not self.quiet_hours:
            return None
        begin, _, end = self.quiet_hours.partition("-")
        return time.fromisoformat(begin), time.fromisoformat(end)

    @property
    def on_postgres(self) -> bool:
        """Whether several processes may work at once."""
        return self.database.startswith(("postgres", "asyncpg"))

    @property
    def departments(self) -> Path:
        """Where the departments' connections are written down."""
        return self.departments_file or self.data_dir / "departments.yaml"

    @property
    def templates(self) -> Path:
        """Where the template ids of the account are written down."""
        return self.templates_file or self.data_dir / "templates.yaml"

    @property
    def wanted_services(self) -> tuple[str, ...]:
        """The provinces to serve; empty for all."""
        return _listed(self.services)


class Place(BaseSettings):
    """Where the definitions are, for commands that need no account, database or key."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    services: str = ""
    services_dir: Path = SERVICES_DIR

    @property
    def wanted(self) -> tuple[str, ...]:
        """The provinces meant; empty for all."""
        return _listed(self.services)


def read_settings() -> Settings:
    """Read the environment. Raises SettingsBroken with everything that is missing or wrong."""
    try:
        return Settings()  # the fields come from the environment
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsBroken([f".env cannot be read: {error}"]) from None
    except ValidationError as error:
        raise SettingsBroken([_problem(one) for one in error.errors()]) from None


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _begins(value: str, *beginnings: str) -> str:
    if value and not value.startswith(beginnings):
        raise ValueError("must begin with " + " or ".join(beginnings))
    return value


def _problem(error: object) -> str:
    assert isinstance(error, dict)
    name = ".".join(str(part) for part in error["loc"]).upper()
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{name} is missing"
    return f"{name}: {message}" if name else message
