// The documents: what is indexed, filters, one whole document, sync and upload.
import { GONE, call, stream, upload } from "./wire.js";
import { $, build, guarded, plural, say, toast } from "./words.js";

let choices = null; // every document that can be chosen, once asked for
const files = new Set();
let generation = "";

export async function overview() {
  let found;
  try {
    found = await call("overview", {});
  } catch (error) {
    $("state").textContent = error.message === GONE ? "Not connected" : "The index cannot be used";
    $("about").textContent = error.message;
    return;
  }
  const { state, documents, passages } = found;
  const told = `${plural(documents, "document")}, ${plural(passages, "passage")}`;
  $("state").textContent = { none: "No index yet", indexing: `Indexing; ${told}`, ready: told }[state];
  $("about").textContent = {
    none: "There is no index yet. Open Documents to upload files, or run `rag index` with a folder.",
    indexing: "The documents are being indexed; what is there already can be asked.",
    ready: `${told}. Every answer shows the sentences it rests on.`,
  }[state];
  if (state === "indexing" && !watching) guarded(() => index({ watch: true }));
  if (passages && generation !== told) {
    generation = told;
    choices = null;
    guarded(listExamples);
  }
}

async function listExamples() {
  const { examples } = await call("examples", {});
  $("examples").replaceChildren(...examples.map((text) => build("li", {}, build("button", { "data-do": "example" }, text))));
}

// -- filters

export const chosen = () => ({ files: [...files], since: $("since").value, until: $("until").value });

function tellFilters() {
  const { since, until } = chosen();
  const dates = [since && `from ${since}`, until && `until ${until}`].filter(Boolean).join(" ");
  const which = files.size ? plural(files.size, "document") : "All documents";
  $("filters").firstElementChild.textContent = [which, dates].filter(Boolean).join(", ");
  $("filters").classList.toggle("set", Boolean(files.size || dates));
}

function listChoices() {
  const words = $("find").value.toLowerCase().split(/\s+/);
  const fits = (one) => words.every((word) => `${one.title} ${one.document} ${one.date || ""}`.toLowerCase().includes(word));
  const rows = (choices || []).filter(fits).slice(0, 100).map((one) => {
    const box = build("input", { type: "checkbox", value: one.document });
    box.checked = files.has(one.document);
    return build("li", {}, build("label", {}, box, build("span", {}, one.title), build("small", {}, one.date || "")));
  });
  $("files").replaceChildren(...rows);
}

export function clearFilters() {
  files.clear();
  for (const id of ["since", "until", "find"]) $(id).value = "";
  tellFilters();
  listChoices();
}

$("filters").addEventListener("toggle", () => guarded(async () => {
  if ($("filters").open && !choices) ({ choices } = await call("documents", {}));
  listChoices();
}));
$("files").addEventListener("change", (event) => {
  if (event.target.checked) files.add(event.target.value);
  else files.delete(event.target.value);
  tellFilters();
});
for (const id of ["since", "until"]) $(id).addEventListener("change", tellFilters);
$("find").addEventListener("input", listChoices);
$("find").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

// -- the list

let asked = 0;
export async function list() {
  const mine = (asked += 1);
  const found = await call("documents", { search: $("search").value });
  if (mine !== asked) return; // a later search is on its way
  $("list").innerHTML = found.html;
  $("summary").textContent = found.summary;
  choices = found.choices;
}

let typing = 0;
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => guarded(list), 200);
});

export async function open(button) {
  const { document: id, spans } = button.dataset;
  $("document").innerHTML = (await call("document", { document: id, spans })).html;
  $("viewer").showModal();
  $("here")?.scrollIntoView({ block: "center" });
  ($("here") || $("document").lastElementChild).focus({ preventScroll: true });
}
$("viewer").addEventListener("click", (event) => { if (event.target === $("viewer")) $("viewer").close(); });

export async function remove(button) {
  const { told } = await call("remove", { document: button.dataset.document });
  files.delete(button.dataset.document);
  tellFilters();
  toast(told);
  await Promise.all([list(), overview()]);
}

// -- indexing

let watching = false;
export async function index(sent) {
  watching = true;
  bar("Indexing", 0);
  $("indexed").textContent = "";
  try {
    await stream("index", sent, (run) => {
      bar("Indexing", run.total ? run.done / run.total : null);
      if (run.running) $("state").textContent = run.total ? `Indexing, ${Math.floor((100 * run.done) / run.total)} %` : "Indexing";
      $("indexed").textContent = run.told;
      $("indexed").classList.toggle("failed", run.failed);
    });
  } finally {
    watching = false;
    $("progress").hidden = true;
  }
  await Promise.all([$("documents").hidden ? null : list(), overview()]);
}

function bar(label, value) {
  $("progress").hidden = false;
  $("bar-label").textContent = label;
  if (value === null) $("bar").removeAttribute("value");
  else $("bar").value = value;
}

let kinds = [];
let largest = 0;
export function limit(suffixes, bytes) {
  kinds = suffixes;
  largest = bytes;
  $("upload").accept = suffixes.join(",");
}

// What the server would refuse is not sent.
function refusal(file) {
  const suffix = /\.[^.]*$/.exec(file.name.toLowerCase());
  if (!suffix || !kinds.includes(suffix[0])) return `${file.name} cannot be indexed; it is none of ${kinds.join(", ")}.`;
  if (file.size > largest) return `${file.name} is too large; the limit is ${Math.floor(largest / 2 ** 20)} MB a file.`;
  return "";
}

export async function uploadChosen() {
  const chosenFiles = [...$("upload").files];
  $("upload").value = "";
  await send(chosenFiles);
}

export async function send(chosenFiles) {
  const uploaded = [];
  const refused = [];
  for (const file of chosenFiles) {
    if (refusal(file)) {
      refused.push(refusal(file));
      continue;
    }
    try {
      uploaded.push(await upload(file, (share) => bar(`Sending ${file.name}`, share)));
    } catch (error) {
      refused.push(error.message);
    }
  }
  $("progress").hidden = true;
  if (uploaded.length) await index({ uploaded });
  if (refused.length) {
    $("indexed").textContent = [$("indexed").textContent, ...refused].filter(Boolean).join(" ");
    $("indexed").classList.add("failed");
    say(refused.join(" "));
  }
}
