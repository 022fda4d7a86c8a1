// What is kept of an answer: a thumb, a note, a test question, a file.
import { call } from "./wire.js";
import { turnOf, who } from "./talk.js";
import { build, say, toast } from "./words.js";

const sentOf = (element) => ({ ...who(), turn: turnOf(element)?.dataset.turn ?? "" });

export async function rate(button) {
  const turn = turnOf(button);
  const rating = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.rating;
  await call("rate", { ...sentOf(button), rating });
  for (const one of turn.querySelectorAll("[data-do=rate]")) one.setAttribute("aria-pressed", one.dataset.rating === rating);
  turn.querySelector(".note")?.remove();
  if (rating) turn.querySelector(".tools").after(noteForm(turn.dataset.turn));
  say(rating ? "Noted. You may add a note." : "Taken back.");
}

function noteForm(id) {
  const box = build("input", { id: `n-${id}`, name: "note", maxlength: "2000", autocomplete: "off" });
  const label = build("label", { for: box.id }, "A note, if you like");
  return build("form", { class: "note", "data-do": "note" }, label, box, build("button", { class: "quiet" }, "Add the note"));
}

export async function note(form) {
  const pressed = turnOf(form).querySelector("[data-do=rate][aria-pressed=true]");
  await call("rate", { ...sentOf(form), rating: pressed.dataset.rating, note: form.elements.note.value });
  form.remove();
  toast("Thank you; the note is in feedback.jsonl.");
}

export async function makeTest(button) {
  toast((await call("test_question", sentOf(button))).told);
}

export async function save(button) {
  const file = await call("export", { ...sentOf(button), kind: button.dataset.kind });
  const link = build("a", { download: file.name, href: URL.createObjectURL(new Blob([file.content], { type: file.type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
