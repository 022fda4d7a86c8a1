"""Many clients at the real chat, with a fake LLM behind it: what a crowd may not do to it.

What goes wrong is a trial's "trouble"; what only takes too long, which a busy machine does to
anyone, is "late".
"""

import itertools
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from soak.chat import KEY, QUESTION, Chat, LLMServer, Seen, events_of

Figures = dict[str, Any]
CLIENTS = 10
BURST = 100
AT_ONCE = 16  # as the chat has it
MOST_GROWTH = 50  # MB
_WARM = 150  # questions before memory is measured
_number = itertools.count()


def steady(chat: Chat, llm: LLMServer, seconds: float, warm: int = _WARM) -> Figures:
    """Ten clients that ask all the time, each question in a conversation of its own."""
    crowd(chat, warm)
    began, before = time.monotonic(), chat.resources()
    middle: dict[str, int] = {}

    def client(_: int) -> list[Seen]:
        found = []
        while (passed := time.monotonic() - began) < seconds:
            if passed > seconds / 2 and not middle:
                middle.update(chat.resources())
            found.append(_brief(chat.ask(QUESTION)))
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        seen = list(itertools.chain(*pool.map(client, range(CLIENTS))))
    after = chat.resources()
    troubles = Counter(one.trouble for one in seen if one.trouble)
    growth = after["MB"] - before["MB"]
    return {
        "questions": len(seen),
        "errors": sum(troubles.values()),
        **percentiles("answered after", [one.end for one in seen]),
        "MB before, after": f"{before['MB']}, {after['MB']}",
        "MB gained in the second half": after["MB"] - middle["MB"],
        "files before, after": f"{before['files']}, {after['files']}",
        "trouble": [f"{n} times: {told}" for told, n in troubles.items()]
        + [f"memory grew by {growth} MB"] * (growth >= MOST_GROWTH)
        + ["open files grow"] * (after["files"] > before["files"] + 2 * CLIENTS),
    }


def burst(chat: Chat, llm: LLMServer) -> Figures:
    """A hundred questions at once, each of which takes the LLM two and a half seconds."""
    crowd(chat, CLIENTS)
    first = len(llm.asked)
    with ThreadPoolExecutor(BURST) as pool:
        seen = list(pool.map(lambda n: chat.ask(f"{QUESTION} #slow{n}"), range(BURST)))
    busy = [one for one in seen if one.status == 503]
    done = [one for one in seen if not one.trouble]
    slowest = max((one.end for one in busy), default=0.0)
    asked = Counter(prompt.rpartition("#")[2].split()[0] for prompt in llm.asked[first:])
    trouble = [] if len(done) + len(busy) == BURST else [f"{len(done)} answered, {len(busy)} busy"]
    if len(done) > AT_ONCE or not done:
        trouble.append(f"{len(done)} were answered at once")
    if len(asked) != len(done) or any(n > 1 for n in asked.values()):
        trouble.append("a question was lost or asked twice")
    return {
        "answered": len(done),
        "told that it is busy": len(busy),
        "slowest of these, s": round(slowest, 2),
        "trouble": trouble,
        "late": [f"one was told that the chat is busy after {slowest:.2f} s"] * (slowest > 1),
    }


def cancel(chat: Chat, llm: LLMServer, times: int) -> Figures:
    """Clients that leave while the LLM is silent, in mid-answer, or goes on and on."""
    after: dict[str, float] = {}
    for turn in range(times):
        mark = f"#{('stuck', 'mute', 'endless')[turn % 3]}{next(_number)}"
        _, id = chat.join(f"{QUESTION} {mark}")
        with chat.listening(id) as response:
            for event in events_of(response, Seen()):
                if mark.startswith("#stuck") or "225" in event["turn"]:
                    break
            wait_until(lambda: any(f"{mark}\n" in f"{asked}\n" for asked in llm.asked), 20)  # noqa: B023
            left = time.monotonic()
        wait_until(lambda: mark in llm.left, 20)  # noqa: B023
        after[mark] = llm.left.get(mark, math.inf) - left
    next_one = chat.ask(QUESTION)
    p95 = percentile(list(after.values()), 0.95)
    trouble = [f"{mark} was not let go" for mark, seconds in after.items() if seconds == math.inf]
    if next_one.trouble:
        trouble.append(f"the next question: {next_one.trouble}")
    return {
        "left": times,
        "LLM let go after, p95 s": round(p95, 2),
        "trouble": trouble,
        "late": [f"the LLM was let go after {p95:.1f} s"] * (p95 > 2),
    }


_DEAD = ("stuck", "mute", "reset", "error")


def dead_llm(chat: Chat, llm: LLMServer, seconds: float, to_the_end: bool) -> Figures:
    """Half of ten clients get an LLM that is dead in one of four ways; the others must not feel it.

    ``to_the_end`` waits until the chat gives the dead ones up, which takes up to two minutes.
    """
    alone = [chat.ask(QUESTION).end for _ in range(10)]
    until = time.monotonic() + seconds

    def unlucky(n: int) -> Iterator[Seen]:
        while time.monotonic() < until:
            act = _DEAD[n % len(_DEAD)]
            question = f"{QUESTION} #{act}{next(_number)}"
            stays = to_the_end or act in ("reset", "error")
            yield chat.ask(question) if stays else _left(chat, question, until)

    def lucky(_: int) -> Iterator[Seen]:
        while time.monotonic() < until:
            yield chat.ask(QUESTION)

    with ThreadPoolExecutor(CLIENTS) as pool:
        dead = [pool.submit(list, unlucky(n)) for n in range(CLIENTS // 2)]
        alive = [pool.submit(list, lucky(n)) for n in range(CLIENTS // 2)]
        healthy = list(itertools.chain(*(one.result() for one in alive)))
        given_up = list(itertools.chain(*(one.result() for one in dead)))
    troubles = Counter(one.trouble for one in healthy if one.trouble)
    leaked = [one for one in [*healthy, *given_up] if _tells(one)]
    longest = max(one.end for one in given_up)
    p95 = percentile([one.end for one in healthy], 0.95)
    return {
        "healthy questions": len(healthy),
        **percentiles("healthy answered after", [one.end for one in healthy]),
        "alone, p95 s": round(percentile(alone, 0.95), 2),
        "dead ones": len(given_up),
        "longest of these, s": round(longest, 1),
        "trouble": [f"healthy, {n} times: {told}" for told, n in troubles.items()]
        + ["a key or the server's own words reached a page"] * bool(leaked),
        "late": [f"healthy ones waited {p95:.1f} s"] * (p95 > 5)
        + ["a dead one held its seat beyond its deadline"] * (longest > 135),
    }


def crowd(chat: Chat, questions: int) -> None:
    """Asks until what is made once is made."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda _: chat.ask(QUESTION), range(questions)))


def _left(chat: Chat, question: str, until: float) -> Seen:
    """A client that waits for a dead LLM until the end of the trial, and leaves."""
    seen, began = Seen(), time.monotonic()
    _, id = chat.join(question)
    with chat.listening(id) as response:
        for event in events_of(response, seen):
            seen.events = [event]
            if time.monotonic() > until:
                break
    seen.end = time.monotonic() - began
    return seen


def _tells(one: Seen) -> bool:
    return KEY.encode() in one.bytes or b"INTERNAL" in one.bytes


def _brief(one: Seen) -> Seen:
    one.events, one.bytes = one.events[-1:], b""
    return one


def wait_until(there: Callable[[], bool], seconds: float) -> None:
    """Waits for what must come, at most so many seconds."""
    until = time.monotonic() + seconds
    while not there() and time.monotonic() < until:
        time.sleep(0.005)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the others is below."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)] if values else 0.0


def percentiles(what: str, values: list[float]) -> Figures:
    """The median and the 95th percentile, as one figure."""
    told = f"{statistics.median(values):.2f}, {percentile(values, 0.95):.2f}" if values else ""
    return {f"{what}, p50 and p95 s": told}
