"""Rankings -> retrieval measures; the only import of ir_measures."""

from collections.abc import Mapping, Sequence

NAMES = {
    "recall@5": "R@5",
    "recall@10": "R@10",
    "success@5": "Success@5",
    "rr@10": "RR@10",
    "ndcg@10": "nDCG@10",
    "judged@10": "Judged@10",
}


def score_rankings(
    rankings: Mapping[str, Sequence[str]], gains: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, float]]:
    """The measures of ``NAMES`` for each question that has a gain above 0.

    ``rankings`` lists what was found, best first, without repetitions; ``gains`` says what it is
    worth. A question without a ranking scores 0.
    """
    import ir_measures

    asked = [id for id, found in gains.items() if any(gain > 0 for gain in found.values())]
    names = {ir_measures.parse_measure(theirs): ours for ours, theirs in NAMES.items()}
    scores = {id: dict.fromkeys(NAMES, 0.0) for id in asked}
    # Names of our own: theirs may hold what a C string cannot.
    queries = {id: f"q{number}" for number, id in enumerate(asked)}
    qrels, run = [], []
    for id in asked:
        items: dict[str, str] = {}
        for item in [*gains[id], *rankings.get(id, ())]:
            items.setdefault(item, f"d{len(items)}")
        for item, gain in gains[id].items():
            qrels.append(ir_measures.Qrel(queries[id], items[item], gain))
        for rank, item in enumerate(rankings.get(id, ()), start=1):
            run.append(ir_measures.ScoredDoc(queries[id], items[item], -float(rank)))
    ids = {query: id for id, query in queries.items()}
    if run:
        for metric in ir_measures.iter_calc(list(names), qrels, run):
            scores[ids[metric.query_id]][names[metric.measure]] = float(metric.value)
    return scores
