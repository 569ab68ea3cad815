"""What the sandbox and the service beside it must agree on: addresses, secrets, connections.

Secrets are made on the first run and kept in the data folder, so that a restart can read what the
run before has sealed and signed.
"""

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.department_tasks import DEPARTMENT_NAMES, Connection, write_private
from sandbox.serving import Refused
from sandbox.world import World

SECRETS_FILE = "sandbox.env"
CONNECTIONS_HEAD = "# Written by `python -m sandbox`; edit freely, but remove this line then.\n"

# What the stand-in's account calls the service's templates (sandbox/platform/config.py).
_COMMON = {"case_no": "character_string1", "item": "thing2", "at": "time4", "tip": "thing5"}
TEMPLATES = {
    "item_progress": ("sandbox-progress", {**_COMMON, "status": "phrase3"}),
    "needs_you": ("sandbox-missing", {**_COMMON, "missing": "thing3"}),
    "case_result": ("sandbox-result", {**_COMMON, "result": "phrase3"}),
    "reminder": ("sandbox-draft", {"item": "thing1", "until": "date2", "tip": "thing3"}),
}

# id → province, department, office, mode. In each province one pulls, so that both ways are
# always in use.
CONNECTIONS = {
    "hn-hrss": ("henan", "hrss", "*", "push"),
    "hn-medical": ("henan", "medical", "*", "push"),
    "hn-fund-provincial": ("henan", "fund", "fund-410000", "push"),
    "hn-fund-zhengzhou": ("henan", "fund", "fund-410100", "push"),
    "hn-health": ("henan", "health", "*", "pull"),
    "hb-hrss": ("hebei", "hrss", "*", "push"),
    "hb-pension": ("hebei", "pension", "*", "push"),
    "hb-medical": ("hebei", "medical", "*", "pull"),
    "hb-fund-shijiazhuang": ("hebei", "fund", "fund-130100", "push"),
    "hb-fund-langfang": ("hebei", "fund", "fund-131000", "push"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where both programs listen and keep things."""

    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8080
    sandbox_port: int = 8090
    elsewhere: str = ""  # SERVICE_URL, when the service is not the one beside us

    @property
    def service_url(self) -> str:
        return self.elsewhere or f"http://{self._reachable}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{self._reachable}:{self.sandbox_port}"

    @property
    def _reachable(self) -> str:
        """Who listens everywhere is reached on this machine's own address."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 compared


def read_place(environ: Mapping[str, str]) -> Place:
    """From DATA_DIR HOST PORT SANDBOX_PORT SERVICE_URL."""
    return Place(
        data_dir=Path(environ.get("DATA_DIR") or "var"),
        host=environ.get("HOST") or "127.0.0.1",
        port=_port(environ, "PORT", 8080),
        sandbox_port=_port(environ, "SANDBOX_PORT", 8090),
        elsewhere=(environ.get("SERVICE_URL") or "").rstrip("/"),
    )


def read_clock_shift(environ: Mapping[str, str]) -> int:
    """CLOCK_SHIFT, as the service reads it: signatures of two clocks would not hold."""
    text = environ.get("CLOCK_SHIFT") or "0"
    try:
        return int(text)
    except ValueError as error:
        raise Refused(f"CLOCK_SHIFT must be a number of seconds, not {text!r}.") from error


def open_data_dir(folder: Path) -> None:
    """Make the folder if need be and prove that it can be written."""
    probe = folder / ".writable"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(probe, b"")
        probe.unlink()
    except OSError as error:
        raise Refused(f"The data folder {folder} cannot be written: {error.strerror}.") from error


@contextmanager
def data_dir_to_ourselves(folder: Path) -> Iterator[None]:
    """A second sandbox would rewrite the addresses that the first one's service works with."""
    with (folder / "sandbox.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                f"Another sandbox uses the data folder {folder}: stop it, or set DATA_DIR."
            ) from error
        yield


def load_secrets(folder: Path, world: World) -> dict[str, str]:
    """The kept development secrets; those not there yet are made and kept (mode 600)."""
    path = folder / SECRETS_FILE
    kept = _read_env(path)
    secrets = _fresh_secrets(world) | kept
    if secrets != kept:
        text = "".join(f"{name}={value}\n" for name, value in sorted(secrets.items()))
        write_private(path, text.encode())
    return secrets


def load_connections(place: Place, world: World) -> tuple[Connection, ...]:
    """departments.yaml, written on the first run; ours follow the sandbox to another port."""
    path = place.data_dir / "departments.yaml"
    if not path.exists():
        fresh = tuple(_fresh_connection(one, place, world) for one in CONNECTIONS)
        _write_connections(path, fresh)
        return fresh
    try:
        raw = YAML(typ="safe").load(path)
        kept = TypeAdapter(tuple[Connection, ...]).validate_python(raw["connections"])
    except (YAMLError, ValueError, KeyError, TypeError, OSError) as error:
        raise Refused(f"{path} is not a list of connections: {_first_mistake(error)}.") from error
    moved = tuple(one.model_copy(update={"base_url": _base_url(one.id, place)}) for one in kept)
    new = [one for one in CONNECTIONS if one not in {known.id for known in kept}]
    moved += tuple(_fresh_connection(one, place, world) for one in new)
    if moved != kept and path.read_text(encoding="utf-8").startswith(CONNECTIONS_HEAD):
        _write_connections(path, moved)
        return moved
    return kept


def write_templates(place: Place) -> None:
    """templates.yaml, on the first run: what WeChat's operator would copy from the account."""
    path = place.data_dir / "templates.yaml"
    if path.exists() and not path.read_text(encoding="utf-8").startswith(CONNECTIONS_HEAD):
        return
    lines = [CONNECTIONS_HEAD, "templates:\n"]
    for name, (template, fields) in TEMPLATES.items():
        pairs = ", ".join(f"{ours}: {theirs}" for ours, theirs in fields.items())
        lines.append(f"  {name}: {{id: {template}, fields: {{{pairs}}}}}\n")
    write_private(path, "".join(lines).encode())


def service_environment(place: Place, secrets: Mapping[str, str]) -> dict[str, str]:
    """Every setting the service needs to talk to this sandbox."""
    sandbox = place.sandbox_url
    return {
        **secrets,
        "WECHAT_API_URL": sandbox + "/platform",
        "REGISTRY_URL": sandbox + "/registry",
        "PAPERS_URL": sandbox + "/papers",
        "IDENTITY_URL": sandbox + "/identity",
        "PUBLIC_URL": place.service_url,
        "DATA_DIR": str(place.data_dir),
        "HOST": place.host,
        "PORT": str(place.port),
        "TAKE_BACK_SECONDS": "15",
        "QUIET_HOURS": "",  # who tries it out in the evening wants to see the notices, too
    }


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Refused(f"{name} must be a port number between 1 and 65535, not {text!r}.")
    return int(text)


def _first_mistake(error: Exception) -> str:
    """One line of it."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"
    return " ".join(str(error).split())


def _read_env(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _fresh_secrets(world: World) -> dict[str, str]:
    def hexes(length: int) -> str:
        return hashlib.sha256(world.token().encode()).hexdigest()[:length]

    return {
        "WECHAT_APP_ID": "wx" + hexes(16),
        "WECHAT_APP_SECRET": hexes(32),
        "WECHAT_TOKEN": hexes(32),
        "WECHAT_AES_KEY": hexes(42) + "A",  # 43 letters and digits; the last one's spare bits are 0
        "REGISTRY_KEY": hexes(64),
        "PAPERS_KEY": hexes(64),
        "IDENTITY_CLIENT_ID": "retirement-desk",
        "IDENTITY_CLIENT_SECRET": hexes(64),
    }


def _fresh_connection(connection_id: str, place: Place, world: World) -> Connection:
    province, department, office, mode = CONNECTIONS[connection_id]
    return Connection.model_validate(
        {
            "id": connection_id,
            "province": province,
            "department": department,
            "office": office,
            "mode": mode,
            "base_url": _base_url(connection_id, place),
            "keys": [hashlib.sha256(world.token().encode()).hexdigest()],
        }
    )


def _base_url(connection_id: str, place: Place) -> str:
    return f"{place.sandbox_url}/departments/{connection_id}"


def _write_connections(path: Path, connections: tuple[Connection, ...]) -> None:
    lines = [CONNECTIONS_HEAD, "connections:\n"]
    for one in connections:
        lines.append(f"  # {DEPARTMENT_NAMES.get(one.id, one.id)}\n")
        fields = ", ".join(f"{name}: {_scalar(value)}" for name, value in one.model_dump().items())
        lines.append(f"  - {{{fields}}}\n")
    write_private(path, "".join(lines).encode())


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(one) for one in value) + "]"
    return f'"{value}"'
