"""A headless Chromium that draws Chinese on any machine: with the fonts of two Python packages."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",  # a container's root has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FONT_PACKAGES = ("pylopdf_fonts_zh_cn", "noto_cjk_sans_otc")
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""


def installed_chromium() -> str | None:
    """Where this machine has a Chromium; None where it has none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def chromium(executable: str, folder: Path) -> AsyncIterator[Browser]:
    """A browser with a profile of its own; `folder` keeps its font settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 a child process needs a way to find things
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=executable,
            args=list(FLAGS),
            env={**inherited, "FONTCONFIG_FILE": str(_write_fonts(folder))},
        )
        async with browser:
            yield browser


def _write_fonts(folder: Path) -> Path:
    """A fonts.conf that names the packages' folders and nothing of the machine."""
    folders = "".join(f"<dir>{_folder_of(package)}</dir>" for package in FONT_PACKAGES)
    file = folder / "fonts.conf"
    file.write_text(FONTS.format(folders=folders, cache=folder / "fonts"), encoding="utf-8")
    return file


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
