// The conversation of this tab: its turns, the sources beside them, and the others that are kept.
import { Trouble, call, stream } from "./wire.js";
import { chosen, overview } from "./library.js";
import { $, build, guarded, say } from "./words.js";

const LOOK = 400; // milliseconds between two looks at what is answered for another page
const SOON = 1000; // milliseconds after which a conversation is listed that is still being answered
const memory = {};
let running = null; // the answer that is being given: its AbortController and what was sent
let replacing = ""; // the id of the turn that the next question replaces

function remembered(store, key, make) {
  try {
    return window[store].getItem(key) || remember(store, key, make());
  } catch {
    return memory[key] || (memory[key] = make());
  }
}

function remember(store, key, value) {
  try { window[store].setItem(key, value); } catch { memory[key] = value; }
  return value;
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
// The browser's secret is shared by its tabs; each tab has a conversation of its own.
export const who = () => ({
  visitor: remembered("localStorage", "rag-visitor", newId),
  conversation: remembered("sessionStorage", "rag-conversation", newId),
});
const isHere = (sent) => sent.conversation === who().conversation;
export const turnOf = (element) => element.closest(".turn");
const idOf = (element) => turnOf(element).dataset.turn;
const questionOf = (element) => turnOf(element).querySelector(".asked").textContent;

// -- asking

export async function ask(question, more = {}) {
  if (running || !question.trim()) return;
  const sent = { ...who(), turn: newId(), ...chosen(), question, llm: $("llm").value, instead_of: replacing, ...more };
  const mine = { control: new AbortController(), sent };
  running = mine;
  busy(true);
  setTimeout(() => { if (running === mine) listKept(); }, SOON);
  say("Searching the documents.");
  let shown = "";
  try {
    await stream("ask", sent, (event) => {
      show(event, shown || sent.instead_of);
      if (!shown) begun(event.id, question);
      shown = event.id;
      if (event.announce) say(event.announce);
    }, mine.control.signal);
  } catch (error) {
    if (error.name !== "AbortError") {
      if (shown) broken(shown, error);
      throw error;
    }
  } finally {
    if (running === mine) free();
    listKept();
  }
}

// The question is on the page: its box is for the next one.
function begun(id, question) {
  cancelEdit();
  if ($("ask").value === question) $("ask").value = "";
  $(`t-${id}`)?.scrollIntoView({ block: "start", behavior: calm() });
  $("sources").scrollTop = 0;
}

export async function stop() {
  const sent = await interrupt();
  if (!sent) return;
  say("Stopped.");
  if (isHere(sent)) await follow(sent.turn);
}

// Ends the answer that is being given; the server keeps what there is of it.
async function interrupt() {
  if (!running) return null;
  const { control, sent } = running;
  control.abort();
  free();
  try { await call("stop", sent); } catch { /* it sees that nobody listens */ }
  return sent;
}

function free() {
  running = null;
  busy(false);
}

function busy(yes) {
  $("go").hidden = yes;
  $("stop").hidden = !yes;
  document.body.classList.toggle("busy", yes);
  if (!yes && document.activeElement === document.body) $("ask").focus({ preventScroll: true });
}

export const retry = (button) => ask(questionOf(button), { instead_of: idOf(button) });

export function searchAgain(form) {
  const query = form.elements.query.value.trim();
  return query ? ask(questionOf(form), { instead_of: idOf(form), query }) : undefined;
}

export function edit(button) {
  replacing = idOf(button);
  $("replacing").hidden = false;
  $("ask").value = questionOf(button);
  $("ask").focus();
}

export function cancelEdit() {
  replacing = "";
  $("replacing").hidden = true;
}

// -- showing

// Puts a turn and its sources where it stands, or in the place of `id`, or before `next`.
function show(event, id = "", next = null) {
  $("welcome").hidden = true;
  $("whole").hidden = false;
  const old = $(`t-${event.id}`) || (id && $(`t-${id}`));
  if (old && old.dataset.shown === event.turn) return;
  const box = document.createElement("template");
  box.innerHTML = event.turn;
  const turn = box.content.firstElementChild;
  turn.dataset.shown = event.turn;
  if (old) old.replaceWith(turn);
  else $("turns").insertBefore(turn, next);
  if (id && id !== event.id) $(`f-${id}`)?.remove();
  showSources(event);
  if (turn === $("turns").lastElementChild) activate(event.id);
}

function showSources(event) {
  let section = $(`f-${event.id}`);
  if (!section) {
    section = build("section", { id: `f-${event.id}`, hidden: "" });
    $("panel").append(section);
  }
  if (section.dataset.shown === event.sources) return;
  section.innerHTML = event.sources;
  section.dataset.shown = event.sources;
}

// Says beneath a turn that its answer broke off; it can be asked again.
function broken(id, error) {
  const turn = $(`t-${id}`);
  turn.classList.remove("asking");
  turn.querySelector(".waiting")?.remove();
  const again = build("button", { class: "quiet of-last", "data-do": "retry" }, "Retry");
  const told = build("p", { class: "notice failed" }, error.message);
  turn.querySelector(".said").append(told, build("div", { class: "tools" }, again));
}

// Shows the sources of one turn in the panel.
function activate(id) {
  for (const section of $("panel").children) section.hidden = section.id !== `f-${id}`;
  for (const turn of $("turns").children) turn.classList.toggle("active", turn.dataset.turn === id);
  const empty = !$(`f-${id}`)?.childElementCount;
  $("no-sources").hidden = !empty;
  $("back").hidden = empty;
  $("back").href = `#t-${id}`;
}

const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

// A marker leads to its sentence among the sources.
export function lead(event, link) {
  event.preventDefault();
  const target = $(link.getAttribute("href").slice(1));
  if (!target) return;
  activate(idOf(link));
  target.closest("details")?.setAttribute("open", "");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center", behavior: calm() });
  for (const old of document.querySelectorAll(".found")) old.classList.remove("found");
  for (const one of [target, link]) one.classList.add("found");
}

// -- conversations

export function begin() {
  interrupt();
  remember("sessionStorage", "rag-conversation", newId());
  empty();
  $("ask").focus();
  return listKept();
}

function empty() {
  cancelEdit();
  $("turns").replaceChildren();
  $("panel").replaceChildren();
  $("welcome").hidden = false;
  $("whole").hidden = true;
  $("no-sources").hidden = false;
  $("back").hidden = true;
}

export async function open(id) {
  interrupt();
  remember("sessionStorage", "rag-conversation", id);
  empty();
  await reopen();
}

// Fetches what was asked before; what was asked here meanwhile stands already, or comes by itself.
export async function reopen() {
  const mine = who();
  const { turns } = await call("conversation", mine);
  if (!isHere(mine)) return;
  const next = $("turns").firstElementChild;
  for (const turn of turns) {
    if (turn.id === running?.sent.turn || $(`t-${turn.id}`)) continue;
    show(turn, "", next);
    if (turn.state === "asking") follow(turn.id);
  }
  if (turns.length && !next) $("turns").lastElementChild?.scrollIntoView({ block: "start" });
  await listKept();
}

// Shows a turn that is answered for another page, or was stopped, until it is settled.
async function follow(id) {
  const mine = who();
  for (;;) {
    let turns;
    try {
      ({ turns } = await call("conversation", mine));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if ($(`t-${id}`)) broken(id, error);
      return;
    }
    const turn = turns.find((one) => one.id === id);
    if (!turn || !isHere(mine)) return;
    show(turn);
    if (turn.state !== "asking") return;
    await new Promise((done) => setTimeout(done, LOOK));
  }
}

export async function forget(id) {
  const mine = who().conversation;
  await call("delete", { ...who(), conversation: id || mine });
  if (!id || id === mine) await begin();
  else await listKept();
  say("Deleted.");
}

const listKept = () => guarded(async () => {
  overview();
  const { conversations } = await call("conversations", who());
  const mine = who().conversation;
  $("kept").hidden = !conversations.length;
  $("conversations").replaceChildren(...conversations.map(([id, title]) => {
    const button = build("button", { class: "kept", "data-do": "conversation", "data-id": id, title }, title);
    if (id === mine) button.setAttribute("aria-current", "true");
    const remove = build("button", { class: "quiet delete", "data-do": "delete-kept", "data-id": id, "aria-label": `Delete: ${title}` }, "Delete");
    return build("li", {}, button, remove);
  }));
});
