"""What an LLM cites is held against its sources; nothing false may pass as verified."""

import json
import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perturb.changed import unsupported
from perturb.draw import NEVER_VERIFIED, first_draw, fresh_draw
from perturb.further import further
from perturb.same import supported

from rag.cite import CheckedReply, read_reply
from rag.cite.lemma import lemmas
from rag.cite.tokens import is_english, read_tokens
from rag.datatypes import Hit, Passage, Support
from rag.sentences import sentence_spans

CLAIMS = [
    json.loads(line)
    for line in (Path(__file__).parent / "claims.jsonl").read_text(encoding="utf-8").splitlines()
]
DATASETS = Path(__file__).parents[2] / "shared" / "datasets"
TUNED = ("squad2", "multihop_rag_excerpts", "bipia", "chroma_chunking")
DRAW = 5  # not looked at before its first score, after which no rule was changed
HELD_OUT = ("hotpotqa_sample", "mtrag_un", "kg_rag_sec10q", "quotesum")
PASSES = ("quoted", "verified")


def hit(text: str, rank: int = 1, title: str = "", date: str | None = None) -> Hit:
    spans = tuple(sentence_spans(text))
    passage = Passage(f"{rank}.txt", title, True, date, None, "0", 0, len(text), text, spans)
    return Hit(passage, rank, 0.5, 0.5)


def read(reply: str, *hits: Hit, finished: bool = True, strict: bool = False) -> CheckedReply:
    return read_reply(reply, hits, finished=finished, strict=strict)


def support(claim: str, source: str, title: str = "", date: str | None = None) -> Support:
    (sentence,) = read(f"{claim} [1]", hit(source, title=title, date=date)).sentences
    return sentence.support


def upper_bound(errors: int, n: int) -> float:
    """The exact (Clopper-Pearson) one-sided 95% upper bound of a share."""
    low, high = errors / n, 1.0
    for _ in range(60):
        p = (low + high) / 2
        tail = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(errors + 1))
        low, high = (p, high) if tail > 0.05 else (low, p)
    return high


LAW = (
    "The administration paused the shipment of 2,000-pound bombs in May, and the prime minister "
    "said he would address Congress."
)


@pytest.mark.parametrize(
    "claim",
    [
        "The administration never paused the shipment.",
        "The administration approved the shipment of 5,000-pound bombs.",
        "The prime minister refused to address Congress.",
    ],
)
def test_the_three_sentences_of_law_3_never_pass(claim: str) -> None:
    assert support(claim, LAW) in ("weak", "unsupported")


def judged(rows: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], Support]]:
    return [(row, support(row["sentence"], row["source"])) for row in rows]


@pytest.mark.parametrize("part", ["tuned", "held out", "set 1", "set 2", "set 3", "set 4", "set 5"])
def test_the_table_of_claims(part: str) -> None:
    rows = judged(row for row in CLAIMS if row["part"] == part)
    false = [(row, got) for row, got in rows if not row["supported"]]
    passed = [row for row, got in false if got in PASSES]
    true = [(row, got) for row, got in rows if row["supported"]]
    plain = [got in PASSES for row, got in true if row["kind"] != "paraphrase"]
    held = [got != "unsupported" for _, got in true]
    print(
        f"\n{part}: {len(passed)} of {len(false)} unsupported verified (at most "
        f"{upper_bound(len(passed), len(false)):.1%}); {sum(plain)} of {len(plain)} supported "
        f"verified; {sum(held)} of {len(held)} verified or weak"
    )
    assert not [row for row in passed if row["kind"] in NEVER_VERIFIED]
    assert len(passed) <= 0.01 * len(false), passed
    assert sum(plain) >= 0.8 * len(plain)
    assert sum(held) >= 0.95 * len(held)


@pytest.mark.parametrize(
    ("part", "n_false", "verified", "n_true"),
    [("set 6", 124, 71, 119), ("set 7", 80, 0, 0), ("set 8", 42, 29, 31), ("set 9", 35, 0, 0)],
)
def test_the_pairs_against_the_rules(part: str, n_false: int, verified: int, n_true: int) -> None:
    """126 of the 281 unsupported ones were verified when they were written."""
    rows = judged(row for row in CLAIMS if row["part"] == part)
    passed = [row for row, got in rows if not row["supported"] and got in PASSES]
    held = sum(row["supported"] and got in PASSES for row, got in rows)
    true = sum(row["supported"] for row, _ in rows)
    print(f"\n{part}: {len(passed)} of {len(rows) - true} unsupported, {held} of {true} supported")
    assert passed == []
    assert (len(rows) - true, held, true) == (n_false, verified, n_true)


def test_the_table_is_what_it_should_be() -> None:
    assert len(CLAIMS) >= 200
    kinds = Counter((row["supported"], row["kind"]) for row in CLAIMS)
    assert {kind for ok, kind in kinds if ok} == {
        "verbatim", "reordered", "inflected", "shortened", "joined", "paraphrase", "abbreviation",
        "date", "figures", "list", "passive", "pronoun", "relative", "report", "spelling", "tense",
        "wording",
    }  # fmt: skip
    assert {kind for ok, kind in kinds if not ok} == {
        "number", "unit", "date", "name", "negation", "speaker", "role", "verb", "cause",
        "quantifier", "other", "trap", "comparison", "condition", "modality", "scope",
        "attribution", "bound", "coordination", "entity", "figure", "modal", "rounding", "time",
    }  # fmt: skip


@pytest.mark.skipif(not DATASETS.is_dir(), reason="the dev sets are not beside the checkout")
@pytest.mark.parametrize(("sets", "name"), [(TUNED, "tuned"), (HELD_OUT, "held out")])
def test_sentences_that_were_changed(sets: tuple[str, ...], name: str) -> None:
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    found = []
    true = verified = 0
    for folder in sets:
        chooser = random.Random(3)
        for sentence, names in first_draw(DATASETS / folder, 260):
            for pair in unsupported(sentence, names, chooser):
                tried[pair.kind] += 1
                if support(pair.claim, pair.source) in PASSES:
                    passed[pair.kind] += 1
                    found.append(pair)
            for pair in supported(sentence):
                if pair.kind != "verbatim":
                    true += 1
                    verified += support(pair.claim, pair.source) in PASSES
    n, errors = tried.total(), passed.total()
    print(
        f"\n{name}: {errors} of {n} verified (at most {upper_bound(errors, n):.2%}), by kind "
        f"{dict(tried)}; {verified} of {true} supported verified"
    )
    assert n >= 1000
    assert not [pair for pair in found if pair.kind in NEVER_VERIFIED]
    assert errors <= 0.01 * n, found
    assert verified >= 0.8 * true


@pytest.mark.skipif(not DATASETS.is_dir(), reason="the dev sets are not beside the checkout")
def test_sentences_of_a_draw_that_no_rule_was_written_for() -> None:
    tried: Counter[str] = Counter()
    found = []
    for folder in (*TUNED, *HELD_OUT):
        chooser = random.Random(DRAW)
        for sentence, behind, names in fresh_draw(DATASETS / folder, DRAW, 60):
            changed = unsupported(sentence, names, chooser)
            for pair in (*changed, *further(sentence, behind, names, chooser)):
                if len(sentence_spans(pair.claim)) == 1:
                    tried[pair.kind] += 1
                    if support(pair.claim, pair.source) in PASSES:
                        found.append(pair)
    n = tried.total()
    print(f"\ndraw {DRAW}: {len(found)} of {n} verified (at most {upper_bound(len(found), n):.2%})")
    assert n >= 1000
    assert not [pair for pair in found if pair.kind in NEVER_VERIFIED]
    assert len(found) <= 0.01 * n, found


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The vaccine is safe.", "The vaccine is safe in healthy adults."),
        ("Revenue rose 12%.", "Revenue rose 12% in Europe."),
        ("The dose was 500 mg.", "For adults, the dose was 500 mg."),
        ("The company had 400 employees.", "The company had 400 employees in Dublin."),
        ("The company stopped production.", "The company stopped production in Leeds."),
        ("The drug was approved.", "The drug was approved for use in animals."),
        ("The court upheld the ban.", "The court upheld the ban in part."),
        ("The price is 30 euros.", "The price is 30 euros, excluding tax."),
        ("All passed.", "All passed, but one."),
        ("The plan works.", "The plan usually works."),
        ("The car sold.", "The car was painted and sold."),
        ("Bob won the prize.", "Ann met Bob and won the prize."),
        ("Ann left early.", "The sister of Ann, who left early, called Bob."),
        ("Ann drank.", "Ann never ate and drank."),
        ("The man was arrested.", "Nobody arrested the man."),
        ("The man was arrested.", "The police wanted to arrest the man."),
        ("The mayor was ill.", "The mayor did not resign because he was ill."),
        ("The drug is safe.", "The drug is safe, the company said on Monday."),
        ("Ann is rich.", "Ann said she was rich."),
        ("Ann survived although Bob ran.", "Ann survived because Bob ran."),
    ],
)
def test_what_narrows_a_sentence_may_not_be_left_out(claim: str, source: str) -> None:
    assert support(claim, source) not in PASSES


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The mayor resigned.", "The mayor resigned in Leeds after the scandal."),
        ("The kit includes a lamp.", "Unlike the old one, the kit includes a lamp and costs 30."),
        ("Ann Lee won the prize.", "Ann Lee met Bob in May and won the prize."),
        ("Ann Lee left early.", "Ann Lee, who left early, called Bob."),
        ("The bridge was built in 1902.", "The bridge, built in 1902, carries 400 trains a day."),
        ("The man was arrested.", "The police arrested the man on Monday."),
        ("If it rains, the match is moved.", "The match is moved if it rains."),
        ("Ann Lee left.", "The mayor, Ann Lee, left."),
        ("The crew was tired.", "Although the crew was tired, the ship sailed."),
        ("Ann said she was rich.", "Ann says she is rich."),
        ("Dr. Ann Lee was replaced by Dr. Bob Ray.", "Dr. Bob Ray replaced Dr. Ann Lee."),
    ],
)  # fmt: skip
def test_what_says_the_same_is_verified(claim: str, source: str) -> None:
    assert support(claim, source) in PASSES


SPOKEN = "“We have won the long fight for this budget,”\nsaid Ann Lee."
COUNCIL = f"The council approved the budget on Monday. It cut taxes.\n\n{SPOKEN}"
MAYOR = "The mayor resigned in 2019."


def test_citations_are_numbered_by_first_use_and_keep_the_rank() -> None:
    got = read(
        "The mayor resigned in 2019 [2]. It cut taxes. [1] The mayor resigned in 2019. [2]",
        hit(COUNCIL, 1),
        hit(MAYOR, 2),
    )
    assert got.text == (
        "The mayor resigned in 2019. [1] It cut taxes. [2] The mayor resigned in 2019. [1]"
    )
    assert [(c.id, c.passage, c.quote) for c in got.citations] == [
        (1, 2, MAYOR),
        (2, 1, "It cut taxes."),
    ]
    assert [s.citations for s in got.sentences] == [(1,), (2,), (1,)]
    assert all(COUNCIL[c.start : c.end] == c.quote for c in got.citations if c.passage == 1)


@pytest.mark.parametrize(
    "marker",
    [
        "[2]",
        "【2】",
        "[^2]",
        "[[2]]",
        "[2](#ref)",
        "[ 2 ]",
        "[Passage 2]",
        "[2, 9]",
        "[2-2]",
        "[2†x]",
    ],
)
def test_markers_of_many_makes(marker: str) -> None:
    for reply in (f"The mayor resigned in 2019 {marker}.", f"The mayor resigned in 2019. {marker}"):
        got = read(reply, hit(COUNCIL, 1), hit(MAYOR, 2))
        assert got.text == "The mayor resigned in 2019. [1]"
        assert got.citations[0].passage == 2 and got.sentences[0].support == "quoted"


def test_a_marker_belongs_to_its_sentence_only() -> None:
    got = read(
        "[1] It cut taxes.\nThe mayor left. It cut taxes. [1]\n- It cut taxes.[1]\n1. It cut taxes",
        hit(COUNCIL),
    )
    assert [s.support for s in got.sentences] == ["quoted", "unsupported"] + ["quoted"] * 3
    assert got.text.splitlines()[2:] == ["- It cut taxes. [1]", "1. It cut taxes. [1]"]


def test_headings_rules_and_code_claim_nothing_by_their_brackets() -> None:
    reply = (
        "# Budget\n\n**Summary**\n| a | b |\n|---|---|\n\n"
        "`x[1]` and y[1]z are one. It cut taxes. [1]"
    )
    got = read(reply, hit(COUNCIL))
    assert [s.text for s in got.sentences] == ["`x[1]` and y[1]z are one.", "It cut taxes."]
    assert got.text.startswith("# Budget\n\nSummary\n| a | b |\n|---|---|\n\n`x[1]` and y[1]z")


def test_quoted_words_are_those_of_the_source() -> None:
    got = read('"We have won the long fight for this budget," said Ann Lee. [1]', hit(COUNCIL))
    assert got.sentences[0].text == SPOKEN == got.citations[0].quote
    assert got.text == "“We have won the long fight for this budget,” said Ann Lee. [1]"


def test_words_in_quotation_marks_must_stand_so() -> None:
    source = "The report called the plan a costly and foolish mistake."
    assert (
        support("The report called the plan “a costly and foolish mistake”.", source) == "verified"
    )
    assert support("The report called the plan “a foolish mistake”.", source) != "verified"


def test_a_part_of_a_sentence_is_not_quoted() -> None:
    source = "It is false that the council approved the budget."
    assert support("The council approved the budget.", source) == "weak"


def test_a_missing_marker_is_added_only_where_one_place_carries_the_sentence() -> None:
    once = read("The mayor resigned.", hit(COUNCIL, 1), hit(MAYOR, 2))
    assert [(s.citations, s.support) for s in once.sentences] == [((1,), "verified")]
    assert once.citations[0].passage == 2
    twice = read("The mayor resigned.", hit(MAYOR, 1), hit("The mayor resigned in May.", 2))
    assert [(s.citations, s.support) for s in twice.sentences] == [((), "weak")]


def test_a_marker_that_names_no_passage_is_data() -> None:
    got = read("It cut wages. [7] It cut wages. [1]", hit(COUNCIL))
    assert [(s.citations, s.support) for s in got.sentences] == [
        ((), "unsupported"),
        ((1,), "weak"),
    ]
    assert got.citations[0].quote == "It cut taxes."


def test_what_a_claim_names_may_stand_in_a_heading_above() -> None:
    claim = "For Kestrel 7 bicycles the warranty is two years. [1]"
    text = "The warranty is two years."
    passage = replace(hit(text).passage, start=10, end=36, sentences=((10, 36),))
    plain = Hit(passage, 1, 0.5, 0.5)
    headed = Hit(replace(passage, above=(((0, 9), "Kestrel 7"),)), 1, 0.5, 0.5)
    assert [read(claim, found).sentences[0].support for found in (plain, headed)] == [
        "unsupported",
        "weak",
    ]


def test_strict_leaves_what_is_verified_or_nothing() -> None:
    reply = "It cut taxes. [1] The mayor sang. [1]"
    assert read(reply, hit(COUNCIL), strict=True).text == "It cut taxes. [1]"
    nothing = read("The mayor sang. [1]", hit(COUNCIL), strict=True)
    assert (nothing.text, nothing.abstained) == ("The documents do not say.", True)


@pytest.mark.parametrize(
    "reply",
    [
        "The documents do not say.",
        " **the documents do not say** \n",
        "The documents do not say. [1]",
    ],
)
def test_the_fixed_phrase_abstains(reply: str) -> None:
    assert read(reply, hit(COUNCIL)) == CheckedReply("The documents do not say.", (), (), True)


def test_the_fixed_phrase_among_others_is_no_claim() -> None:
    got = read("It cut taxes. [1] The documents do not say.", hit(COUNCIL))
    assert len(got.sentences) == 1 and not got.abstained and got.text.endswith("do not say.")


def test_a_claim_joined_from_two_sentences_has_both() -> None:
    got = read(
        "The council approved the budget on Monday, and the mayor resigned in 2019 [1][2].",
        hit(COUNCIL, 1),
        hit(MAYOR, 2),
    )
    assert got.sentences[0].support == "verified"
    assert [c.quote for c in got.citations] == ["The council approved the budget on Monday.", MAYOR]
    wrong = read(
        "The council approved the budget, and the mayor sang [1][2].", hit(COUNCIL), hit(MAYOR, 2)
    )
    assert wrong.sentences[0].support == "weak"


def test_what_a_joined_claim_calls_its_own_is_named_in_the_sentence_before() -> None:
    claim = "The ministry sold the land and its profits fell."
    near = "The ministry sold the land. Its profits fell."
    assert support(claim, near) == "verified"
    assert support(claim, near.replace(". Its", ". Acme bought Beta. Its")) != "verified"


def test_a_heading_or_a_quoted_line_is_quoted_without_its_marks() -> None:
    lines = "> > The garden room\n> > costs 5 euros."
    got = read("The garden room costs 5 euros. [1]", hit(lines))
    assert (got.sentences[0].support, got.text) == ("quoted", "The garden room costs 5 euros. [1]")
    assert got.citations[0].quote == lines.removeprefix("> > ")
    for claim, source in (("> It is free.", "> It is free."), ("Hours", "## Hours ##")):
        assert support(claim, source) == "quoted"
    assert support("The garden room cost 5 euros.", lines) != "verified"  # who says so is left out


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Paris was founded in 1820.", "Paris, Texas, was founded in 1820."),
        ("Texas was founded in 1820.", "Paris, Texas, was founded in 1820."),
        ("England fell silent.", "The streets of Leeds, England, fell silent."),
        ("The mayor was acquitted.", "Members of juries acquitted the mayor."),
    ],
)
def test_a_place_is_no_other_and_members_are_no_body(claim: str, source: str) -> None:
    assert support(claim, source) != "verified"


def test_the_date_and_title_of_a_document_help_only_a_sentence_without_its_own() -> None:
    claim, date = "In October 2024, the court closed.", "2024-10-23"
    assert support(claim, "The court closed.", date=date) == "verified"
    assert support(claim, "The court closed.", date="2023-10-23") != "verified"
    assert support(claim, "The court closed in May.", date=date) != "verified"
    title = "Ann Lee quits"
    assert support("Ann Lee left the party.", "She left the party.", title=title) == "verified"
    assert support("Ann Lee left the party.", "Bob Ray left the party.", title=title) != "verified"
    for claim in ("Ann Lee joined a party.", "Ann joined a party."):
        assert support(claim, "She joined a party.", title=title) == "verified"
    for claim in ("The report was long.", "Report fell."):
        assert support(claim, "It was long. It fell.", title="The report on Leeds") != "verified"


def test_other_languages_are_quoted_or_weak() -> None:
    source = "Der Rat hat den Haushalt am Montag nicht gebilligt."
    assert support(source, source) == "quoted"
    assert support("Der Rat hat den Haushalt am Montag gebilligt.", source) in (
        "weak",
        "unsupported",
    )
    assert support("议会没有批准预算。", "议会没有批准预算。") == "quoted"
    assert support("议会批准预算。", "议会没有批准预算。") in ("weak", "unsupported")
    assert not is_english("Il consiglio non ha approvato il bilancio per il 2024")


def test_a_question_claims_nothing() -> None:
    assert support("Did the mayor resign in 2019?", MAYOR) != "verified"
    assert support("The mayor resigned.", "Has the mayor resigned?") != "verified"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("two hundred twenty-five", "225"), ("a dozen", "12"), ("1.5 million", "1,500,000"),
        ("$2 billion", "2 billion dollars"), ("Oct. 13, 2024", "13 October 2024"),
        ("40%", "40 per cent"), ("one hundred and five", "105"), ("the 21st", "21st"),
    ],
)  # fmt: skip
def test_figures_are_one_however_written(left: str, right: str) -> None:
    assert [t.own & t.says for t in read_tokens(left)] == [
        t.own & t.says for t in read_tokens(right)
    ] or (support(f"They sold {left} there.", f"They sold {right} there.") == "verified")


def test_lemmas_of_different_words_do_not_meet() -> None:
    assert lemmas("paused") & lemmas("pausing") and lemmas("wrote") & lemmas("written")
    assert lemmas("organised") & lemmas("organizes") and lemmas("cities") & lemmas("city")
    for left, right in [
        ("founded", "found"),
        ("hoping", "hopped"),
        ("larger", "large"),
        ("rose", "raised"),
    ]:
        assert not lemmas(left) & lemmas(right), (left, right)


REPLY = f"""## Answer
- The council approved the budget on Monday. [1] Then [2] it ended in the U.S. today.
1. It cut taxes.[1][9]
[1, 2] {SPOKEN} 【1】

| a | b |
|---|---|
| 1 | 2 |
中国[1]是。好 [1-2]
```
code [1]
```
The mayor resigned in 2019. [2]
"""


def test_no_verdict_is_taken_back_while_a_reply_grows() -> None:
    hits = (hit(COUNCIL, 1), hit(MAYOR, 2))
    final = read(REPLY, *hits)
    seen = 0
    for n in range(len(REPLY) + 1):
        growing = read(REPLY[:n], *hits, finished=False)
        assert growing.sentences == final.sentences[: len(growing.sentences)], REPLY[:n]
        assert growing.citations == final.citations[: len(growing.citations)]
        assert len(growing.sentences) >= seen
        seen = len(growing.sentences)
    assert len(final.sentences) - 2 <= seen < len(final.sentences)
    assert (
        read("It cut taxes. [1] The may", *hits, finished=False).text == "It cut taxes. [1] The may"
    )


@given(
    st.text(
        st.sampled_from("[]【】()0123456789,-^†`*#|.\n “”'ab The not \u202e\ud800中。"),
        max_size=200,
    )
)
def test_any_text_can_be_read(reply: str) -> None:
    for finished in (True, False):
        got = read(reply, hit(COUNCIL), finished=finished)
        got.text.encode()
        ids = {c.id for c in got.citations}
        assert all(set(s.citations) <= ids for s in got.sentences)
        for s in got.sentences:
            quotes = [c.quote for c in got.citations if c.id in s.citations]
            assert s.support != "quoted" or any(s.text in quote for quote in quotes)


@pytest.mark.parametrize("unit", ["[1]", "[", "[1, ", "```\n", "a", " ", "\n", "not the "])
def test_long_hostile_replies_are_read(unit: str) -> None:
    reply = unit * (200_000 // len(unit))
    assert read(reply, hit(COUNCIL)).abstained is False
    assert read(reply, hit(COUNCIL), finished=False).abstained is False
