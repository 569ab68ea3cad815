"""The archive package: one zip for each closed case, signed, checked without the service.

Every file's SHA-256 stands in `manifest.json`, whose bytes are signed with the service's own key
(Ed25519, RFC 8032). `check_package` reads nothing but the file: whoever has the public key, or
only its fingerprint, needs neither the database nor the keys. The four properties that an
archivist asks for (domain.md 5) are a check each: `docs/archive.md` says which looks at what.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from storage.errors import StorageError
from storage.sql.journal import Head, Link, chain_flaws

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
METADATA: Final = "metadata.json"
JOURNAL: Final = "journal.json"
FORMAT: Final = 1
REQUIRED: Final = ("case_no", "responsible", "title", "dates", "secrecy", "retention", "items")
"""办件编号、责任者、题名、日期、密级、保管期限、事项 (domain.md 5)."""
MOST_BYTES: Final = 512 * 1024 * 1024
"""Unpacked; a case has some megabytes."""
MOST_FILES: Final = 2000

Property: TypeAlias = Literal["authenticity", "integrity", "usability", "safety"]
"""真实性、完整性、可用性、安全性."""
_HEADS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "webp": (b"RIFF",),
    "ofd": (b"PK\x03\x04",),
    "json": (b"{", b"["),
}
"""What each kind of file begins with; other kinds do not belong in a package."""
_ACTIVE: Final = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/Encrypt")
"""In a PDF of an archive nothing runs, nothing is hidden and nothing is locked."""
_PDF_A: Final = b"pdfaid:part"


class PackageBroken(StorageError):
    """The file is no archive package."""


@dataclass(frozen=True, slots=True)
class PackageFlaw:
    """Something wrong with a package: which property it hurts, where, and how."""

    property: Property
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.property} {self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of checking: by whose key it is signed, and everything wrong."""

    case_no: str
    fingerprint: str
    flaws: tuple[PackageFlaw, ...]


# ---- making -------------------------------------------------------------------------------


def make_package(
    files: Mapping[str, bytes], case_no: str, secret: bytes, made_at: datetime
) -> bytes:
    """The zip with these files by path; the same input gives the same bytes. `secret`: 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    manifest = orjson.dumps(
        {
            "format": FORMAT,
            "case_no": case_no,
            "made_at": made_at.isoformat(timespec="seconds"),
            "public_key": public_key(secret),
            "files": {
                path: {"sha256": _digest(content), "bytes": len(content)}
                for path, content in sorted(files.items())
            },
        },
        option=orjson.OPT_INDENT_2,
    )
    signature = base64.b64encode(key.sign(manifest))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for path, content in (
            *sorted(files.items()),
            (MANIFEST, manifest),
            (SIGNATURE, signature),
        ):
            entry = zipfile.ZipInfo(path, made_at.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            package.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def public_key(secret: bytes) -> str:
    """The public half of the signing key, as base64 of its 32 bytes."""
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def fingerprint(public: str) -> str:
    """A public key as people compare it: eight groups of four."""
    code = hashlib.sha256(base64.b64decode(public)).hexdigest()[:32]
    return " ".join(code[at : at + 4] for at in range(0, 32, 4))


# ---- checking -----------------------------------------------------------------------------


def check_package(content: bytes, known_key: str = "") -> Checked:
    """Everything wrong with a package. Without `known_key` its own is used: compare fingerprints.

    Raises PackageBroken when there is no manifest to check anything against.
    """
    files = _unpacked(content)
    try:
        manifest = orjson.loads(files[MANIFEST])
        case_no, listed = str(manifest["case_no"]), dict(manifest["files"])
        own_key = str(manifest["public_key"])
        mark = fingerprint(own_key)
    except (KeyError, TypeError, ValueError):
        raise PackageBroken from None
    flaws = [
        *_signed(files, known_key or own_key),
        *_whole(files, listed),
        *_journal_flaws(files, case_no),
        *_usable(files),
        *_safe(files),
    ]
    if known_key and known_key != own_key:
        flaws.insert(0, PackageFlaw("authenticity", MANIFEST, "names another key than the given"))
    return Checked(case_no, mark, tuple(flaws))


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Every file by path, read only after its size is known to be in bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_BYTES:
                raise PackageBroken("The package would unpack to more than any case has.")
            if len(set(names)) < len(names):
                raise PackageBroken("The package names a file twice.")
            return {entry.filename: package.read(entry) for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, ValueError) as error:
        raise PackageBroken(f"This file is no archive package: {error}") from None


def _signed(files: Mapping[str, bytes], key: str) -> Iterator[PackageFlaw]:
    """真实性: the manifest is what the holder of the key has signed."""
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(base64.b64decode(files[SIGNATURE], validate=True), files[MANIFEST])
    except (InvalidSignature, KeyError, ValueError):
        yield PackageFlaw("authenticity", SIGNATURE, "the signature is not that of the key")


def _whole(files: Mapping[str, bytes], listed: Mapping[str, Any]) -> Iterator[PackageFlaw]:
    """完整性: exactly the files of the manifest, each as it was."""
    there = files.keys() - {MANIFEST, SIGNATURE}
    for path in sorted(listed.keys() - there):
        yield PackageFlaw("integrity", path, "missing")
    for path in sorted(there - listed.keys()):
        yield PackageFlaw("integrity", path, "was not there when the package was signed")
    for path in sorted(there & listed.keys()):
        if _digest(files[path]) != listed[path].get("sha256"):
            yield PackageFlaw("integrity", path, "changed")


def _journal_flaws(files: Mapping[str, bytes], case_no: str) -> Iterator[PackageFlaw]:
    """真实性: the journal's chain is whole, and what we printed is what it says we printed."""
    try:
        journal = orjson.loads(files[JOURNAL])
        chain = [_link(one) for one in journal["entries"]]
        head = Head(int(journal["head"]["seq"]), str(journal["head"]["hash"]))
    except (KeyError, TypeError, ValueError):
        yield PackageFlaw("authenticity", JOURNAL, "cannot be read")
        return
    for flaw in chain_flaws(case_no, chain, [head]):
        yield PackageFlaw("authenticity", JOURNAL, f"entry {flaw.seq} {flaw.kind}")
    digests = {_digest(content) for content in files.values()}
    for link in chain:
        printed = orjson.loads(link.data).get("digest") if link.kind == "document_made" else None
        if printed is not None and printed not in digests:
            yield PackageFlaw("integrity", JOURNAL, f"entry {link.seq}: its document is not here")


def _usable(files: Mapping[str, bytes]) -> Iterator[PackageFlaw]:
    """可用性: the description is complete, and every file opens with what it claims to be."""
    try:
        metadata = orjson.loads(files[METADATA])
        missing = [name for name in REQUIRED if not metadata.get(name)]
    except (KeyError, ValueError, AttributeError):
        missing = ["everything"]
    for name in missing:
        yield PackageFlaw("usability", METADATA, f"{name} is missing")
    for path, content in files.items():
        heads = _HEADS.get(path.rpartition(".")[2])
        if heads is not None and not content.startswith(heads):
            yield PackageFlaw("usability", path, "is not what its name says")
        if path.startswith(("forms/", "notices/")) and _PDF_A not in content:
            yield PackageFlaw("usability", path, "is no PDF/A")


def _safe(files: Mapping[str, bytes]) -> Iterator[PackageFlaw]:
    """安全性: nothing that runs, hides or leads out of the folder it is unpacked to."""
    for path, content in files.items():
        if path.startswith(("/", "\\")) or ".." in path.split("/") or ":" in path:
            yield PackageFlaw("safety", path, "leads out of the package")
        if path != SIGNATURE and path.rpartition(".")[2] not in _HEADS:
            yield PackageFlaw("safety", path, "is of a kind that does not belong here")
        if path.endswith(".pdf") and any(word in content for word in _ACTIVE):
            yield PackageFlaw("safety", path, "is a PDF with something active in it")


def _link(one: Mapping[str, Any]) -> Link:
    return Link(
        int(one["seq"]),
        datetime.fromisoformat(one["at"]),
        str(one["kind"]),
        str(one["data"]),
        str(one["previous_hash"]),
        str(one["hash"]),
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
