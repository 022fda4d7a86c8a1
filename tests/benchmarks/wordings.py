"""How well answers hold when the same is asked in other words.

usage: python tests/benchmarks/wordings.py INDEX QUERIES [--limit N]

Of N answerable questions (100) it prints for each wording how many are refused, how many answers
contain a gold one, and the mean F1 of the words shown. INDEX holds the corpus of QUERIES, in BEIR
layout; ``eval/results`` has such indexes after ``make results``.
"""

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path

from rag.evaluate.matching import f1, holds
from rag.pipeline import Pipeline
from rag.words import terms


def later(question: str) -> str:
    """The question as it stands behind other words."""
    return question[:1].lower() + question[1:]


def misspelt(question: str) -> str:
    """With two letters of a longer word in the wrong order."""
    words = question.split()
    longer = [i for i, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if longer:
        i = longer[len(longer) // 2]
        words[i] = f"{words[i][:2]}{words[i][3]}{words[i][2]}{words[i][4:]}"
    return " ".join(words)


LETTER = (
    "Dear all, thank you for your letter of last week, which I have read with great interest. My "
    "wife and I are preparing a small exhibition in our town hall, and the printer needs our texts "
    "by Friday at the latest. Could you help me with one thing?"
)
WORDINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "small letters, no marks": lambda q: q.lower().rstrip("?. "),
    "capitals": str.upper,
    "Please tell me:": lambda q: f"Please tell me: {q}",
    "Can you tell me": lambda q: f"Can you tell me {later(q)}",
    "I'd like to know": lambda q: f"I'd like to know {later(q).rstrip('?')}.",
    "Hi! ... Thanks.": lambda q: f"Hi! {q} Thanks.",
    "According to the documents,": lambda q: f"According to the documents, {later(q)}",
    "... Please answer briefly.": lambda q: f"{q} Please answer briefly.",
    "I have a meeting ...": lambda q: f"I have a meeting about this tomorrow. {q}",
    "... I need it for a report.": lambda q: f"{q} I need it for a report.",
    "a letter": lambda q: f"{LETTER} {q} Kind regards, Peter Miller",
    "a slip": misspelt,
    "its words alone": lambda q: " ".join(terms(q)),
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.queries.open(encoding="utf-8")]
    rows = [r for r in rows if r["metadata"]["answerable"] and not r["metadata"].get("history")]
    rows = random.Random(1).sample(rows, min(options.limit, len(rows)))
    pipeline = Pipeline.open(options.index)
    print(f"{len(rows)} questions{'':19} refused  contains     F1")
    for name, worded in WORDINGS.items():
        refused, contained, overlap = 0, 0, 0.0
        for row in rows:
            answer = pipeline.ask(worded(row["text"]))
            gold = row["metadata"]["answers"]
            if answer.status == "not_in_documents":
                refused += 1
                continue
            contained += holds(answer.text, gold)
            overlap += f1(answer.short.text if answer.short else answer.text, gold)
        print(f"{name:32} {refused:7} {contained / len(rows):9.3f} {overlap / len(rows):6.3f}")


if __name__ == "__main__":
    main()
