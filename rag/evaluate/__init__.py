"""How good the answers are on a question set, without a judge: offline and deterministic.

In reading order::

    questions.py   a question set -> Examples; our JSONL, and the names user_input, reference
    beir.py        a BEIR folder -> Examples
    gold.py        Examples + index -> the spans and documents that should be found
    run.py         Examples -> what was answered; resumes where it was interrupted
    matching.py    SQuAD's rules: what a text holds, whether two texts are the same
    spans.py       how much of a span other spans cover
    ranking.py     rankings -> retrieval measures
    measures.py    the table of measures, and the values of one question
    verdict.py     was a question answered rightly, and if not, why
    averages.py    many values -> one with its interval; two runs -> their difference
    summary.py     all questions -> summary.json
    compare.py     two runs, paired; one run against bars
    calibrate.py   the abstention threshold for a false-refusal rate
    report/        everything -> one HTML page
"""
