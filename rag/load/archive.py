"""Zip archives (DOCX, PPTX, XLSX, ODT, EPUB) with limits on what they unpack to."""

import io
import zipfile

from rag.load.document import CannotLoad

_MOST_ENTRIES = 10_000
_ENTRY = b"PK\x01\x02"  # begins each entry of an archive's list of contents
_MOST_UNPACKED = 300 * 2**20  # bytes, by the sizes that it declares: no entry unpacks to more
_MOST_TEXT = 64 * 2**20  # bytes of its XML and HTML


def list_archive(data: bytes) -> zipfile.ZipFile:
    """The archive, for its list of contents alone.

    Raises CannotLoad for one of too many files or a damaged one. The files are counted before the
    list is read, because it may be far larger in memory than in the file.
    """
    if data.count(_ENTRY) > _MOST_ENTRIES:
        raise CannotLoad(f"an archive of more than {_MOST_ENTRIES:,} files")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise CannotLoad("a damaged archive; it is cut off or has been changed") from None


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive, once what it unpacks to is known to be within the limits.

    Raises CannotLoad for a bomb, an encrypted archive, or a damaged one.
    """
    archive = list_archive(data)
    entries = archive.infolist()
    text = sum(e.file_size for e in entries if e.filename.lower().endswith(("ml", ".rels")))
    if sum(e.file_size for e in entries) > _MOST_UNPACKED or text > _MOST_TEXT:
        raise CannotLoad("it unpacks to more than is read")
    if any(e.flag_bits & 1 for e in entries):
        raise CannotLoad("encrypted; it opens only with a password")
    return archive
