"""An e-mail (.eml) -> its text, with who wrote it to whom and when."""

import email
import email.message
import email.policy
import email.utils
from typing import Any

from rag.clean import clean_text
from rag.load.decode import decode
from rag.load.document import CannotLoad, Content
from rag.load.facts import one_line
from rag.load.web_page import blocks_of_page


def read_mail(data: bytes, notes: list[str]) -> Content:
    """An e-mail. Its plain text is read, or else its HTML; attachments are only named in a note."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not any(name in message for name in ("From", "To", "Subject", "Date", "Received")):
        raise CannotLoad("named as an e-mail, and is not one")
    assert isinstance(message, email.message.EmailMessage)
    people = "; ".join(
        f"{name}: {value}"
        for name in ("From", "To", "Cc")
        if (value := one_line(_header(message, name)))
    )
    attached = [one_line(part.get_filename()) or "unnamed" for part in message.iter_attachments()]
    if attached:
        listed = ", ".join(attached[:5]) + (", ..." if len(attached) > 5 else "")
        notes.append(f"attachments are not read: {listed}")
    title = one_line(_header(message, "Subject"))
    text = "\n\n".join(filter(None, [title, people, _body(message, notes)]))
    return Content(text, title, _date(_header(message, "Date")))


def _header(message: email.message.EmailMessage, name: str) -> str:
    """A header's decoded text; the parser of malformed ones fails in many ways."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""


def _body(message: email.message.EmailMessage, notes: list[str]) -> str:
    part: Any = message.get_body(("plain", "html"))
    if part is None and isinstance(message.get_payload(), str):
        part = message  # of parts, it says, but nothing parts them
    if part is None:
        return ""
    data = part.get_payload(decode=True) or b""
    if part.get_content_type() == "text/html":
        return "\n\n".join(blocks_of_page(data, notes))
    text = decode(data, notes, part.get_content_charset()) if data.strip() else ""
    if (part.get_param("format") or "").lower() == "flowed":
        text = text.replace(" \n", " ")
    return clean_text(text).strip()


def _date(value: str) -> str | None:
    try:
        return email.utils.parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
