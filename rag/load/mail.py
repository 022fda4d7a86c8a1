"""An e-mail (.eml) -> its text, with who wrote it to whom and when."""

import email
import email.message
import email.policy
import email.utils
import re
from collections.abc import Iterator
from email.message import EmailMessage

from rag.clean import clean_text
from rag.load.decode import decode
from rag.load.document import CannotLoad, Content
from rag.load.facts import one_line
from rag.load.web_page import blocks_of_page
from rag.wording import listed

_TEXTS = ("text/plain", "text/html")
_ALTERNATIVES = "multipart/alternative"
_SAME = 0.5  # of the words of a mail's HTML, in a plain text that stands for it


def read_mail(data: bytes, notes: list[str]) -> Content:
    """An e-mail: the texts that it shows, in order; attachments are only named in a note."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not any(name in message for name in ("From", "To", "Subject", "Date", "Received")):
        raise CannotLoad("named as an e-mail, and is not one")
    assert isinstance(message, EmailMessage)
    people = "; ".join(
        f"{name}: {value}"
        for name in ("From", "To", "Cc")
        if (value := one_line(_header(message, name)))
    )
    found: list[str] = []  # notes
    texts: list[str] = []
    attached: list[str] = []
    for part in _parts(message):
        if part.get_content_type() == _ALTERNATIVES and part.is_multipart():
            texts.append(_chosen(part, found))
        elif part is message:
            texts.append(_text(part, found))
        elif _is_shown(part):
            texts.append(_text_if_any(part, found))
        else:
            attached.append(_name(part))
    notes += dict.fromkeys(found)
    if attached:
        notes.append(f"attachments are not read: {listed(attached, 5)}")
    title = one_line(_header(message, "Subject"))
    text = "\n\n".join(filter(None, [title, people, *texts]))
    return Content(text, title, _date(_header(message, "Date")))


def _header(message: EmailMessage, name: str) -> str:
    """A header's decoded text; the parser of malformed ones fails in many ways."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """What a mail consists of, in order: texts, attachments, and sets of alternatives whole."""
    whole = message.get_content_type() == _ALTERNATIVES
    if whole or message.get_content_maintype() == "message" or not message.is_multipart():
        yield message  # a mail may also say that it has parts, and nothing parts them
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        inside = (part for outer in _inside(message) for part in _parts(outer))
        yield from (part for part in inside if not whole or part.get_filename() is not None)


def _inside(message: EmailMessage) -> Iterator[EmailMessage]:
    return (part for part in message.iter_parts() if isinstance(part, EmailMessage))


def _is_shown(part: EmailMessage) -> bool:
    named = part.is_attachment() or part.get_filename() is not None
    return part.get_content_type() in _TEXTS and not named


def _name(part: EmailMessage) -> str:
    """How an attachment is called; a forwarded mail, by its subject."""
    name = one_line(part.get_filename())
    if name is None and part.get_content_type() == "message/rfc822":
        subject = next((one_line(_header(mail, "Subject")) for mail in _inside(part)), None)
        name = f'the e-mail "{subject}"' if subject else "an e-mail"
    return name or "unnamed"


def _chosen(part: EmailMessage, notes: list[str]) -> str:
    """The text of alternatives: the plain one, if it says what the HTML says."""
    shown = [inner for outer in _inside(part) for inner in _parts(outer) if _is_shown(inner)]
    by_kind: list[tuple[str, list[str]]] = []
    for kind in _TEXTS:
        found: list[str] = []
        texts = (_text_if_any(inner, found) for inner in shown if inner.get_content_type() == kind)
        by_kind.append(("\n\n".join(filter(None, texts)), found))
    (plain, _), (html, _) = by_kind
    text, found = by_kind[0] if _says(plain, html) else by_kind[1]
    notes += found
    return text


def _says(plain: str, html: str) -> bool:
    """Whether a plain text says what the HTML says, and not only that there is one."""
    words = set(re.findall(r"\w+", html.lower()))
    same = words.intersection(re.findall(r"\w+", plain.lower()))
    return len(same) >= _SAME * len(words)


def _text_if_any(part: EmailMessage, notes: list[str]) -> str:
    try:
        return _text(part, notes)
    except CannotLoad as reason:
        notes.append(f"a part is not read: {reason}")
        return ""


def _text(part: EmailMessage, notes: list[str]) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    if not data.strip():
        return ""
    if part.get_content_type() == "text/html":
        page = data if b"<html" in data[:4096].lower() else b"<html><body>" + data  # or a fragment
        return "\n\n".join(blocks_of_page(page, notes, charset))
    text = decode(data, notes, charset)
    if str(part.get_param("format") or "").lower() == "flowed":
        text = text.replace(" \n", " ")
    return clean_text(text).strip()


def _date(value: str) -> str | None:
    try:
        return email.utils.parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
