// The page: who is here, what is shown, and which button does what.
import { Trouble, call } from "./wire.js";
import * as talk from "./talk.js";
import * as library from "./library.js";
import { $, say, toast } from "./words.js";

const narrow = matchMedia("(max-width: 61.99rem)");

const acts = {
  new: () => { show("chat"); talk.begin(); },
  view: (button) => show(button.dataset.view),
  theme: () => theme(isDark() ? "light" : "dark"),
  conversation: (button) => { show("chat"); return talk.open(button.dataset.id); },
  example: (button) => talk.ask(button.textContent),
  stop: talk.stop,
  retry: talk.retry,
  edit: talk.edit,
  "cancel-edit": talk.cancelEdit,
  "search-again": talk.searchAgain,
  rate: talk.rate,
  note: talk.note,
  test: talk.makeTest,
  export: talk.save,
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

export function show(view) {
  for (const id of ["chat", "sources", "question"]) $(id).hidden = view !== "chat";
  $("documents").hidden = view !== "documents";
  for (const button of document.querySelectorAll(".view")) {
    if (button.dataset.view === view) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  menu(false);
  if (view === "documents") library.list();
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

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.status === 401) location.reload(); // to the login
    else toast(error.message);
  }
}

function act(event, element) {
  const what = acts[element.dataset.do];
  if (!what) return;
  event.preventDefault();
  guarded(() => what(element));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.mark, a.to");
  if (link) return talk.follow(event, link);
  const button = event.target.closest("button[data-do]");
  if (button) act(event, button);
  else if (!event.target.closest("#nav, #menu")) menu(false);
});
document.addEventListener("submit", (event) => {
  if (event.target.dataset.do) act(event, event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("menu")) { menu(false); $("menu").focus(); }
  else if (!document.querySelector("dialog[open]")) talk.stop();
});
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
$("back").addEventListener("click", () => menu(false));
narrow.addEventListener("change", () => menu(false));

async function start() {
  let kept = null;
  try { kept = localStorage.getItem("rag-theme"); } catch { /* none */ }
  if (kept) document.documentElement.dataset.theme = kept;
  const { llms, user, kinds, largest } = await call("choices", {});
  library.limit(kinds, largest);
  $("logout").hidden = !user;
  for (const { spec, host } of llms) {
    const option = new Option(host ? `${spec} (asks ${host})` : spec, spec);
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
  $("llm-told").textContent = host ? `${host} is sent your questions and the passages.` : "Nothing leaves this machine.";
}

guarded(start);
