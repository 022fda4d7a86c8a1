"use strict";
const rows = [...document.querySelectorAll(".question")];
const said = rows.map((row) => row.textContent.toLowerCase());
const field = (id) => document.getElementById(id);
const value = (id) => (field(id) ? field(id).value : "");

function filter() {
  const words = value("search").toLowerCase().split(/\s+/).filter(Boolean);
  const type = value("type"), outcome = value("outcome");
  let shown = 0;
  rows.forEach((row, i) => {
    const { type: ofType, outcome: came } = row.dataset;
    const fits = (!type || ofType === type)
      && (!outcome || came === outcome || (outcome === "not right" && came !== "right" && came !== "not judged"))
      && words.every((word) => said[i].includes(word));
    row.hidden = !fits;
    shown += fits;
  });
  field("count").textContent = `${shown} of ${rows.length}`;
}

let opened = [];
field("filters").addEventListener("input", filter);
field("filters").addEventListener("submit", (event) => event.preventDefault());
addEventListener("beforeprint", () => {
  opened = rows.filter((row) => !row.hidden && !row.open);
  opened.forEach((row) => { row.open = true; });
});
addEventListener("afterprint", () => opened.forEach((row) => { row.open = false; }));
filter();
