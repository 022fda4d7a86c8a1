"""Transcripts and subtitles, as Teams, Zoom, YouTube and others write them, to exact text."""

import pytest
from loading import load

from rag.load import CannotLoad


def vtt(*cues: str, seconds: float = 2, apart: float = 0.1, head: str = "WEBVTT") -> str:
    """Cues of so many seconds each and so far apart; what is no cue stands as it is."""
    blocks, at = [head], 0.0
    for cue in cues:
        if cue.startswith(("NOTE", "STYLE", "REGION")):
            blocks.append(cue)
            continue
        blocks.append(f"{stamp(at)} --> {stamp(at + seconds)} align:start\n{cue}")
        at += seconds + apart
    return "\n\n".join(blocks) + "\n"


def stamp(seconds: float) -> str:
    hours, rest = divmod(round(seconds * 1000), 3_600_000)
    return f"{hours:02}:{rest // 60_000:02}:{rest % 60_000 / 1000:06.3f}"


def said(data: str | bytes, name: str = "a.vtt") -> list[str]:
    return load(data, name)[0].text.split("\n\n")


TEAMS = """WEBVTT

f1a2b3c4-0000/18-0
00:00:03.029 --> 00:00:05.029
<v Jane Doe>Good morning.</v>

f1a2b3c4-0000/19-0
00:00:05.129 --> 00:00:09.029
<v Jane Doe>We start with the
lease.</v>

f1a2b3c4-0000/20-1
00:00:09.100 --> 00:00:12.000
<v Haddad, Omar (guest)>It begins in May.</v>

f1a2b3c4-0000/21-1
00:00:12.100 --> 00:00:14.000
(a door)
"""
ZOOM = """WEBVTT\r
\r
1\r
00:00:01.000 --> 00:00:03.000\r
Priya Nair: We start with\r
\r
2\r
00:00:03.100 --> 00:00:05.000\r
Priya Nair: 25 schools.\r
\r
3\r
00:00:05.100 --> 00:00:06.000\r
Tom van der Weiss Jr.: When?\r
"""
ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.389 align:start position:0%
 
hello<00:00:00.480><c> and</c><00:00:00.640><c> welcome</c>

00:00:02.389 --> 00:00:02.399 align:start position:0%
hello and welcome
 

00:00:02.399 --> 00:00:04.500 align:start position:0%
hello and welcome
to<00:00:02.600><c> the show</c>

00:00:04.500 --> 00:00:04.510 align:start position:0%
to the show
 

00:00:04.510 --> 00:00:06.000 align:start position:0%
to the show
and<00:00:05.000><c> welcome</c>
"""
SRT = """1
00:00:01,600 --> 00:00:04,200
<i>Off the coast
stands a lighthouse.</i>

2
00:00:04,300 --> 00:00:06,000
{\\an8}It was <font color="#fff">built</font>
in 1907

on a rock.

3
00:00:16,000 --> 00:00:18,000
- How long did you stay?
- Ten days.
4
00:00:18,100 --> 00:00:20,000
-20 degrees, and
"""


@pytest.mark.parametrize(
    ("data", "paragraphs"),
    [
        (TEAMS, ["Jane Doe: Good morning. We start with the lease.",
                 "Haddad, Omar (guest): It begins in May.", "(a door)"]),
        (ZOOM, ["Priya Nair: We start with 25 schools.", "Tom van der Weiss Jr.: When?"]),
        (ROLLING, ["hello and welcome to the show and welcome"]),
        (SRT, ["Off the coast stands a lighthouse. It was built in 1907 on a rock.",
               "How long did you stay?", "Ten days. -20 degrees, and"]),
    ],
    ids=["teams", "zoom", "rolling", "srt"],
)  # fmt: skip
def test_files_of_many_makers(data: str, paragraphs: list[str]) -> None:
    for name in ("a.vtt", "a.srt"):
        document, notes = load(data, name)
        assert document.text.split("\n\n") == paragraphs
        assert (document.title, document.titled, notes) == (name, False, [])


@pytest.mark.parametrize(
    ("cues", "paragraphs"),
    [
        (["a<c.red> b</c>", "<b>c</b> 2 < 3 > 1 <3", "x &lt;i&gt; &amp; y&nbsp;z"],
         ["a b c 2 < 3 > 1 <3 x <i> & y z"]),
        (["&#xfeff;a", "b"], ["a b"]),
        (["a<br>b", "c<br />d"], ["a b c d"]),
        (["NOTE CANARY", "a", "NOTE\nCANARY\nCANARY", "STYLE\n::cue { color: red }", "b",
          "REGION\nid:CANARY", "c\nNOTE of it\nNOTEworthy"], ["a b c NOTE of it NOTEworthy"]),
        (["<v.loud Ada>Hi. <v Bo &amp; Co>Hello.", "<v   >Who?"],
         ["Ada: Hi.", "Bo & Co: Hello.", "Who?"]),
        (["<v Ada>Hi.", "<v Ada>Remember: oil it."], ["Ada: Hi. Remember: oil it."]),
        (["ADA: Hi.", "And you?", "ADA: Well?", "Bo：好", "ADA:\nFine."],
         ["ADA: Hi. And you? Well?", "Bo: 好", "ADA: Fine."]),
        (["Speaker 1: a", "Speaker 2: b", "Ada (guest): c", "O'Neill-Smith : d"],
         ["Speaker 1: a", "Speaker 2: b", "Ada (guest): c", "O'Neill-Smith: d"]),
        # no names
        (["See https://x.org", "At 12:30 it", "and so: why", "One of these is it: no", "Http://x",
          "A B C D E: five", "(Laughs): no"],
         ["See https://x.org At 12:30 it and so: why One of these is it: no Http://x "
          "A B C D E: five (Laughs): no"]),
        ([">> Hello.", "&gt;&gt; ADA: Hi.", ">> ADA: So.", "-Good.", "– “Bye.”", "—", "- 5 > 3"],
         ["Hello.", "ADA: Hi. So.", "Good.", "“Bye.” — - 5 > 3"]),
        (["No.", "No.", "Yes.\nYes."], ["No. Yes. Yes."]),
        (["a\nb\nc", "b\nc\nd", "c\nd"], ["a b c d"]),
        (["<v Ada>No.", "<v Bo>No."], ["Ada: No.", "Bo: No."]),
        (["a", "", "b"], ["a b"]),
    ],
)  # fmt: skip
def test_cues(cues: list[str], paragraphs: list[str]) -> None:
    assert said(vtt(*cues)) == paragraphs


def test_a_paragraph_begins_after_a_pause() -> None:
    assert said(vtt("ADA: a", "b", apart=2.9)) == ["ADA: a b"]
    assert said(vtt("ADA: a", "b", "ADA: c", apart=3)) == ["ADA: a", "b", "ADA: c"]
    assert said(vtt("<v Ada>a", "<v Ada>b\n<v Ada>c", apart=3)) == ["Ada: a", "Ada: b c"]
    assert said(vtt("No.", "No.", apart=3)) == ["No.", "No."]  # and is not rolled on


@pytest.mark.parametrize(
    "times",
    [
        "00:01.000 --> 00:02.000",
        "0:00:01,5 --> 0:00:02,5",
        " 100:00:01.000  -->  100:00:02.000 line:0",
        "00:00:01.000 -->00:00:02.000",
        "0:0:1.0 --> 0:0:2.54",
    ],
)
def test_times(times: str) -> None:
    text = f"WEBVTT a head\n\nIntro\n{times}\nOne\n\nPart 2\n{times}\ntwo.\n\n7\n{times}\n3\n"
    assert said(text) == ["One two. 3"]


def test_blank_lines_that_are_missing_or_too_many() -> None:
    times = "00:00:01,000 --> 00:00:02,000"
    assert said(f"{times}\nOne\n{times}\ntwo\n\nthree\nNOTE four\n{times}\nfive", "a.srt") == [
        "One two three NOTE four five"
    ]


def test_times_that_are_not_filled_up_with_zeros_count() -> None:
    first, second = "0:0:1.0 --> 0:0:2.5\nADA: a", "0:0:{} --> 0:0:9.0\nb"
    assert said(f"WEBVTT\n\n{first}\n\n{second.format('5.4')}") == ["ADA: a b"]
    assert said(f"WEBVTT\n\n{first}\n\n{second.format('5.5')}") == ["ADA: a", "b"]


def test_hours_count() -> None:
    later = "00:00:01.000 --> 00:59:59.000\na\n\n01:00:00.000 --> 01:00:02.000\nb"
    assert said(f"WEBVTT\n\n{later}") == ["a b"]
    assert said(f"WEBVTT\n\n{later.replace('01:00:0', '01:01:0')}") == ["a", "b"]


def test_long_speech_has_paragraphs() -> None:
    sentence = f"{'Of the lake ' * 8}they said no."  # 109 characters
    halves = [half for _ in range(9) for half in (sentence[:60], sentence[60:])]
    assert said(vtt("ADA:", *halves)) == [
        "ADA: " + " ".join([sentence] * count) for count in (4, 4, 1)
    ]


def test_speech_without_marks_is_cut_where_a_line_ends() -> None:
    lines = [f"of the lake and the hills {n}" for n in range(10, 40)]  # of 28 characters
    assert said(vtt(*lines)) == [" ".join(lines[n : n + 10]) for n in (0, 10, 20)]
    assert said(vtt(*lines[:20])) == [" ".join(lines[:20])]
    assert said(vtt(*lines, "and they went on for days.", "So it is."))[2:] == [
        " ".join(lines[20:]),
        "and they went on for days. So it is.",
    ]
    assert said(vtt("word " * 400)) == [("word " * 400).strip()]


def test_a_long_sentence_after_short_ones_has_a_paragraph_of_its_own() -> None:
    short, long = ("It is so. " * 30).strip(), f"{'Of the lake ' * 40}they said no."
    assert said(vtt(short, long)) == [short, long]


def test_encodings_are_named() -> None:
    data = vtt("Der Müller fährt.").encode("cp1252")
    document, notes = load(data, "a.srt")
    assert (document.text, notes) == ("Der Müller fährt.", ["read as cp1252, a guess"])


@pytest.mark.parametrize("data", ["", "WEBVTT\n\nNOTE only\n", "Text.", "1\n00:00 -> 00:01\nx"])
def test_no_subtitles(data: str) -> None:
    with pytest.raises(CannotLoad, match="named as a file of subtitles, and is not one"):
        load(data, "a.srt")


def test_subtitles_named_as_text_stay_text() -> None:
    assert load(TEAMS, "a.txt")[0].text == TEAMS
