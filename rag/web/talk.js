// The conversation of this tab: its turns, the sources beside them, and what is kept of it.
import { call, stream } from "./wire.js";
import { chosen, overview } from "./library.js";
import { $, build, say, toast } from "./words.js";

const memory = {};
let running = null; // the AbortController of the answer that is being given
let replacing = null; // the id of the turn that the next question replaces

function remembered(store, key, make) {
  try {
    return window[store].getItem(key) || (make && remember(store, key, make()));
  } catch {
    return memory[key] || (make && (memory[key] = make()));
  }
}

function remember(store, key, value) {
  try { window[store].setItem(key, value); } catch { memory[key] = value; }
  return value;
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
// The browser's secret is shared by its tabs; each tab has a conversation of its own.
const who = () => ({
  visitor: remembered("localStorage", "rag-visitor", newId),
  conversation: remembered("sessionStorage", "rag-conversation", newId),
});
const turnOf = (element) => element.closest(".turn");
const last = () => $("turns").lastElementChild;

export async function ask(question, more = {}) {
  if (running || !question.trim()) return;
  const turn = more.instead_of || replacing;
  const sent = { ...who(), ...chosen(), question, llm: $("llm").value, ...more, instead_of: turn };
  running = new AbortController();
  const mine = running;
  busy(true);
  say("Searching the documents.");
  let shown = turn;
  try {
    await stream("ask", sent, (event) => {
      if (!shown || shown === turn) { cancelEdit(); if (!more.query && !more.instead_of) $("ask").value = ""; }
      show(event, shown);
      if (shown !== event.id) reveal(event.id);
      shown = event.id;
      if (event.announce) say(event.announce);
    }, mine.signal);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    await stopped(shown);
  } finally {
    running = null;
    busy(false);
    listKept();
  }
}

async function stopped(id) {
  say("Stopped.");
  // The server closes the answer when it sees that nobody listens; what it kept is shown then.
  for (let tries = 0; tries < 20; tries += 1) {
    const { turns } = await call("conversation", who());
    const turn = turns.find((one) => one.id === id);
    if (turn && !turn.running) show(turn, id);
    if (!turn || !turn.running) return;
    await new Promise((done) => setTimeout(done, 150));
  }
}

function busy(yes) {
  $("go").hidden = yes;
  $("stop").hidden = !yes;
  document.body.classList.toggle("busy", yes);
  if (!yes && document.activeElement === document.body) $("ask").focus({ preventScroll: true });
}

// Puts a turn and its sources where the one of `id` stands, or at the end.
function show(event, id) {
  $("welcome").hidden = true;
  $("whole").hidden = false;
  const box = document.createElement("template");
  box.innerHTML = event.turn;
  const turn = box.content.firstElementChild;
  const old = (id && $(`t-${id}`)) || $(turn.id);
  if (old) {
    if (old.id === turn.id && old.dataset.shown === event.turn) return;
    old.replaceWith(turn);
  } else {
    $("turns").append(turn);
  }
  turn.dataset.shown = event.turn;
  let section = $(`f-${event.id}`);
  if (id && id !== event.id) $(`f-${id}`)?.remove();
  if (!section) {
    section = build("section", { id: `f-${event.id}`, class: "of" });
    $("panel").append(section);
  }
  if (section.dataset.shown !== event.sources) {
    section.innerHTML = event.sources;
    section.dataset.shown = event.sources;
  }
  if (turn === last()) activate(event.id);
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

function reveal(id) {
  $(`t-${id}`).scrollIntoView({ block: "start", behavior: calm() });
  $("sources").scrollTop = 0;
}

const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

// A marker leads to its sentence among the sources.
export function follow(event, link) {
  event.preventDefault();
  const target = $(link.getAttribute("href").slice(1));
  if (!target) return;
  activate(turnOf(link).dataset.turn);
  target.closest("details")?.setAttribute("open", "");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center", behavior: calm() });
  for (const old of document.querySelectorAll(".found")) old.classList.remove("found");
  target.classList.add("found");
}

export function stop() {
  if (running) running.abort();
}

export const retry = (button) => {
  const turn = turnOf(button);
  return ask(turn.querySelector(".asked").textContent, { instead_of: turn.dataset.turn });
};

export const searchAgain = (form) => {
  const turn = turnOf(form);
  const query = form.elements.query.value.trim();
  if (!query) return undefined;
  return ask(turn.querySelector(".asked").textContent, { instead_of: turn.dataset.turn, query });
};

export function edit(button) {
  const turn = turnOf(button);
  replacing = turn.dataset.turn;
  $("replacing").hidden = false;
  $("ask").value = turn.querySelector(".asked").textContent;
  $("ask").focus();
}

export function cancelEdit() {
  replacing = null;
  $("replacing").hidden = true;
}

export async function rate(button) {
  const turn = turnOf(button);
  const rating = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.rating;
  await call("rate", { ...who(), turn: turn.dataset.turn, rating });
  for (const one of turn.querySelectorAll("[data-do=rate]")) one.setAttribute("aria-pressed", one.dataset.rating === rating);
  turn.querySelector(".note")?.remove();
  if (rating) turn.append(noteForm(turn.dataset.turn));
  say(rating ? "Noted. You may add a note." : "Taken back.");
}

function noteForm(id) {
  const box = build("input", { id: `n-${id}`, name: "note", maxlength: "2000", autocomplete: "off" });
  const label = build("label", { for: box.id }, "A note, if you like");
  return build("form", { class: "note", "data-do": "note" }, label, box, build("button", { class: "quiet" }, "Add the note"));
}

export async function note(form) {
  const turn = turnOf(form);
  const pressed = turn.querySelector("[data-do=rate][aria-pressed=true]");
  await call("rate", { ...who(), turn: turn.dataset.turn, rating: pressed.dataset.rating, note: form.elements.note.value });
  form.remove();
  toast("Thank you; the note is in feedback.jsonl.");
}

export async function makeTest(button) {
  toast((await call("test_question", { ...who(), turn: turnOf(button).dataset.turn })).told);
}

export async function save(button) {
  const turn = turnOf(button);
  const file = await call("export", { ...who(), kind: button.dataset.kind, turn: turn ? turn.dataset.turn : "" });
  const link = build("a", { download: file.name, href: URL.createObjectURL(new Blob([file.content], { type: file.type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function begin() {
  stop();
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
  stop();
  remember("sessionStorage", "rag-conversation", id);
  await reopen();
}

export async function reopen() {
  empty();
  const { turns } = await call("conversation", who());
  // What was asked while this was fetched is on its way to the page already.
  for (const turn of turns) if (!(running && turn.running)) show(turn);
  if (turns.length) $(`t-${turns.at(-1).id}`).scrollIntoView({ block: "start" });
  await listKept();
}

export async function forget(id) {
  const mine = who().conversation;
  await call("delete", { ...who(), conversation: id || mine });
  if (!id || id === mine) await begin();
  else await listKept();
  say("Deleted.");
}

async function listKept() {
  const { conversations } = await call("conversations", who());
  const mine = who().conversation;
  $("kept").hidden = !conversations.length;
  $("conversations").replaceChildren(...conversations.map(([id, title]) => {
    const button = build("button", { class: "kept", "data-do": "conversation", "data-id": id, title }, title);
    if (id === mine) button.setAttribute("aria-current", "true");
    const remove = build("button", { class: "quiet delete", "data-do": "delete-kept", "data-id": id, "aria-label": `Delete: ${title}` }, "Delete");
    return build("li", {}, button, remove);
  }));
  overview();
}
