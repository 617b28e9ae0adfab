"use strict";
(() => {
  const form = document.querySelector("form");
  const field = form.querySelector("input");
  const said = form.querySelector("output");
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      found += !row.hidden;
    }
    said.textContent = words.length ? `${found} of ${rows.length} rows` : "";
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", filter);
  form.hidden = false;
  filter();
})();
