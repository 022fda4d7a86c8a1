// The page: who is here, what is shown, and which button does what.
import { call } from "./wire.js";
import * as talk from "./talk.js";
import * as keep from "./keep.js";
import * as library from "./library.js";
import { $, guarded, say } from "./words.js";

const narrow = matchMedia("(max-width: 61.99rem)");

const acts = {
  new: () => { view("chat"); return talk.begin(); },
  theme: () => theme(isDark() ? "light" : "dark"),
  conversation: (button) => { view("chat"); return talk.open(button.dataset.id); },
  example: (button) => talk.ask(button.textContent),
  stop: talk.stop,
  retry: talk.retry,
  edit: talk.edit,
  "cancel-edit": talk.cancelEdit,
  "search-again": talk.searchAgain,
  rate: keep.rate,
  note: keep.note,
  test: keep.makeTest,
  export: keep.save,
  delete: (button) => twice(button, "Really clear?", () => talk.forget()),
  "delete-kept": (button) => twice(button, "Really?", () => talk.forget(button.dataset.id)),
  "clear-filters": library.clearFilters,
  open: library.open,
  remove: (button) => twice(button, "Really remove?", () => library.remove(button)),
  sync: () => library.index({}),
  "choose-files": () => $("upload").click(),
};

// What cannot be undone is asked for a second time, on the button itself.
function twice(button, question, act) {
  if (button.dataset.armed) return act();
  const before = button.textContent;
  button.dataset.armed = "yes";
  button.textContent = question;
  button.setAttribute("aria-label", question);
  button.addEventListener("blur", () => {
    delete button.dataset.armed;
    button.textContent = before;
    button.removeAttribute("aria-label");
  }, { once: true });
}

function view(name) {
  location.hash = name;
  show();
}

// A view is a place in the browser's history, so that "back" leads to the one before.
function show() {
  menu(false);
  const name = location.hash === "#documents" ? "documents" : "chat";
  if (!$(name).hidden) return;
  for (const id of ["chat", "sources", "question"]) $(id).hidden = name !== "chat";
  $("documents").hidden = name !== "documents";
  for (const link of document.querySelectorAll(".view")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (name === "documents") guarded(library.list);
}

function menu(open) {
  $("menu").setAttribute("aria-expanded", open);
  document.body.classList.toggle("menu", open);
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  try { localStorage.setItem("rag-theme", name); } catch { /* not kept */ }
}

function act(event, element) {
  const what = acts[element.dataset.do];
  if (!what) return;
  event.preventDefault();
  guarded(() => what(element));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.mark, a.to");
  if (link) return talk.lead(event, link);
  const button = event.target.closest("button[data-do]");
  if (button) act(event, button);
  else if (event.target.closest(".view") || !event.target.closest("#nav, #menu")) menu(false);
});
document.addEventListener("submit", (event) => {
  if (event.target.dataset.do) act(event, event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("menu")) { menu(false); $("menu").focus(); }
  else if (!document.querySelector("dialog[open]")) talk.stop();
});
addEventListener("hashchange", show);
$("menu").addEventListener("click", () => menu($("menu").getAttribute("aria-expanded") !== "true"));
$("question").addEventListener("submit", (event) => {
  event.preventDefault();
  guarded(() => talk.ask($("ask").value));
});
$("ask").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("question").requestSubmit();
});
$("upload").addEventListener("change", () => guarded(library.uploadChosen));
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if ($("documents").hidden) return;
    event.preventDefault();
    if (name === "drop") guarded(() => library.send([...event.dataTransfer.files]));
  });
}
narrow.addEventListener("change", () => menu(false));

async function start() {
  let kept = null;
  try { kept = localStorage.getItem("rag-theme"); } catch { /* none */ }
  if (kept) document.documentElement.dataset.theme = kept;
  show();
  const { llms, user, kinds, largest } = await call("choices", {});
  library.limit(kinds, largest);
  $("logout").hidden = !user;
  for (const { spec, host } of llms) {
    const name = spec === "extractive" ? "quotes only" : spec;
    const option = new Option(host ? `${name} (asks ${host})` : name, spec);
    option.dataset.host = host || "";
    $("llm").append(option);
  }
  $("llm-label").hidden = llms.length < 2;
  $("llm").addEventListener("change", tellHost);
  tellHost();
  await library.overview();
  document.body.classList.remove("starting");
  await talk.reopen();
  if (!narrow.matches) $("ask").focus();
  say("Ready.");
}

function tellHost() {
  const chosen = $("llm").selectedOptions[0];
  const host = chosen && chosen.dataset.host;
  $("llm-told").classList.toggle("hosted", Boolean(host));
  $("llm-told").textContent = host ? `${host} is sent your questions and the passages.` : "Nothing leaves this machine.";
}

guarded(start);
