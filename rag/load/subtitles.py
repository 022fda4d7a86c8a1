"""Transcripts and subtitles (WebVTT, SRT) -> running text, in which each speaker has a paragraph.

Their times are left out: in a sentence they would count as what it says.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from rag.clean import clean_text
from rag.load.decode import decode
from rag.load.document import CannotLoad, Content
from rag.load.facts import one_line
from rag.sentences import sentence_spans

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}[.,]\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_COMMENT = re.compile(r"NOTE(?:\s.*)?|(?:STYLE|REGION)\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>")
_BREAK = re.compile(r"\n|<br ?/?>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
_NAME = r"(?:[^\W\d_a-z][\w.'’-]*|\(\w[\w ]*\)|\d{1,3})"
_LABEL = re.compile(
    rf"(?![\d(])(?P<name>{_NAME}(?: (?:(?:al|bin|da|de|del|der|di|la|le|of|van|von) )*{_NAME})"
    r"{0,3})\s?(?::(?:\s+|$)|：\s*)"
)
_TURN = re.compile(r"(?:>{2,3}|[-–—])\s*(?=[^\W\d]|[\"“'‘¿¡(\[])")  # another one begins to speak
_PAUSE = 3.0  # seconds
_MOST_ROLLED = 8  # lines that a cue takes over from the one before
_ENOUGH = 400  # characters, after which a paragraph ends with its sentence
_ENDLESS = 600  # characters of what nobody marked the ends of
_PIECE = 300  # characters of what that is cut to


class _Cue(NamedTuple):
    """What is shown from one time to another, in seconds."""

    start: float
    end: float
    lines: list[str]


class _Line(NamedTuple):
    """A line as it is shown, and the voice that is named for it."""

    voice: str
    text: str


class _Turn(NamedTuple):
    """What one says, until another speaks or all are silent; whoever is not named is ""."""

    speaker: str
    lines: list[str]


def read_subtitles(data: bytes, notes: list[str]) -> Content:
    """A .vtt or .srt file: ``Jane Doe: ...`` where the speaker is named, else the text alone."""
    cues = _cues(decode(data, notes))
    if not cues:
        raise CannotLoad("named as a file of subtitles, and is not one")
    paragraphs = (
        f"{turn.speaker}: {paragraph}" if turn.speaker else paragraph
        for turn in _turns(cues)
        for paragraph in _paragraphs(turn.lines)
    )
    return Content(clean_text("\n\n".join(paragraphs)))


def _cues(text: str) -> list[_Cue]:
    """The cues, without their names: a line that opens a block above times, or a number there."""
    cues: list[_Cue] = []
    opens, comment, named = True, False, False
    for line in text.split("\n"):
        if times := _TIMES.fullmatch(line):
            if named:
                cues[-1].lines.pop()
            cues.append(_Cue(_seconds(times.groups()[:3]), _seconds(times.groups()[3:]), []))
        if times or not line:
            opens, comment, named = not line, False, False
            continue
        comment = comment or (opens and bool(_COMMENT.fullmatch(line)))
        if cues and not comment:
            named = opens or line.strip().isdigit()
            cues[-1].lines.append(line)
        opens = False
    return cues


def _seconds(time: Sequence[str | None]) -> float:
    hours, minutes, seconds = (float((value or "0").replace(",", ".")) for value in time)
    return 3600 * hours + 60 * minutes + seconds


def _turns(cues: Sequence[_Cue]) -> list[_Turn]:
    turns = [_Turn("", [])]
    voice = ""
    before: list[_Line] = []
    end = cues[0].start
    for cue in cues:
        paused = cue.start - end >= _PAUSE
        shown = _lines(cue)
        for line in shown if paused else _new(shown, before):
            turn = _TURN.match(line.text)
            text = line.text[turn.end() :] if turn else line.text
            label = None if line.voice else _LABEL.match(text)
            speaker = line.voice or (label["name"] if label else "")
            # What has no name is said by whoever spoke last, unless names are told line by line.
            changed = speaker != turns[-1].speaker if speaker else turn or voice
            if paused or changed:
                turns.append(_Turn(speaker, []))
            turns[-1].lines.append(text[label.end() :] if label else text)
            paused, voice = False, line.voice
        before, end = shown, cue.end
    return turns


def _lines(cue: _Cue) -> list[_Line]:
    """The lines of a cue as they are shown, without the tags in them; empty ones are left out."""
    first, *others = _VOICE.split("\n".join(cue.lines))
    found: list[_Line] = []
    for voice, said in zip(("", *others[::2]), (first, *others[1::2]), strict=True):
        speaker = one_line(html.unescape(voice)) or ""
        shown = (html.unescape(_TAG.sub("", line)) for line in _BREAK.split(said))
        found += [_Line(speaker, " ".join(text.split())) for text in shown if text.strip()]
    return found


def _new(lines: list[_Line], before: list[_Line]) -> list[_Line]:
    """The lines that were not shown before: captions roll, so the last ones become the first."""
    for rolled in range(min(len(lines), len(before), _MOST_ROLLED), 0, -1):
        if before[-rolled:] == lines[:rolled]:
            return lines[rolled:]
    return lines


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Some sentences each; what has no sentences is cut where a line ends."""
    text = " ".join(lines)
    begins = list(accumulate((len(line) + 1 for line in lines), initial=0))
    start, last = 0, 0
    for _, end in sentence_spans(text):
        if last > start and end - start > _ENDLESS:
            yield text[start:last].strip()
            start = last
        endless = end - start > _ENDLESS
        while endless and end - start > _PIECE:
            cut = begins[bisect_right(begins, start + _PIECE) - 1]
            if cut <= start:
                break
            yield text[start:cut].strip()
            start = cut
        if end - start >= _ENOUGH:
            yield text[start:end].strip()
            start = end
        last = end
    if last > start:
        yield text[start:last].strip()
