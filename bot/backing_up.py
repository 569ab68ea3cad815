"""`python -m bot backup DIR` and `restore DIR`: the commands around `storage/backup.py`.

The keys go elsewhere (`--keys`), never into the same folder: with them a backup is everything in
the clear. They are what lies under DATA_DIR: keys that we made ourselves, the key of the archive,
the departments' connections. Keys from the settings are the operator's to keep.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from bot.clock import system_clock
from bot.process import prepare, redis_beside
from bot.settings import Settings
from storage.backup import BackupRefused, Place, back_up, restore
from storage.redis.connect import connected
from storage.sql.connect import check_schema, connect, migrate

SECRETS = ("data_keys", "lookup_keys", "archive_key", "departments.yaml", "templates.yaml")


def make_backup(settings: Settings, folder: Path, keys: Path | None) -> None:
    """Copy everything into `folder`, and what is secret into `keys`. Raises BackupRefused."""
    _apart(folder, keys)
    prepare(settings)
    now = system_clock(settings.clock_shift)()

    async def work(place: Place) -> None:
        await check_schema(place.database)
        files = await back_up(place, folder, now)
        print(f"{folder}: {files} files", file=sys.stdout)  # noqa: T201 — the command's answer

    _with_place(settings, work, own=False)
    if keys is not None:
        _copy_secrets(settings.data_dir, keys)


def restore_backup(settings: Settings, folder: Path, keys: Path | None, *, force: bool) -> None:
    """Put everything back; the service must not run. Raises BackupRefused."""
    prepare(settings)
    if keys is not None:
        _copy_secrets(keys, settings.data_dir)

    async def work(place: Place) -> None:
        await migrate(place.database)
        await restore(place, folder, force=force)

    _with_place(settings, work, own=True)
    print(f"restored from {folder}", file=sys.stdout)  # noqa: T201 — the command's answer


def _with_place(
    settings: Settings, work: Callable[[Place], Coroutine[None, None, None]], *, own: bool
) -> None:
    async def run(redis_url: str) -> None:
        async with connect(settings.database) as database, connected(redis_url) as redis:
            await work(Place(database, redis, settings.data_dir / "documents"))

    with redis_beside(settings, own=own) as redis_url:
        asyncio.run(run(redis_url))


def _apart(folder: Path, keys: Path | None) -> None:
    if keys is None:
        return
    one, other = folder.resolve(), keys.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise BackupRefused("Keys do not lie with what they open: --keys wants another place.")


def _copy_secrets(source: Path, target: Path) -> None:
    """Those that are there. Raises BackupRefused rather than overwrite another one."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in SECRETS:
        if not (source / name).exists():
            continue
        if (target / name).exists():
            if (target / name).read_bytes() != (source / name).read_bytes():
                raise BackupRefused(f"{target / name} is there already, and is another one.")
        else:
            descriptor = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file, (source / name).open("rb") as read:  # noqa: PTH123 - a descriptor
                shutil.copyfileobj(read, file)
