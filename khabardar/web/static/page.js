"use strict";
// Parts of a page that are counted after it: replaced in place, and links where that fails.
for (const part of document.querySelectorAll("[data-part]")) {
  fetch(part.dataset.part, { headers: { "X-Part": "1" }, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((html) => { part.innerHTML = html; })
    .catch(() => {});
}
// A filter is applied as it is chosen; without this script there is the button.
for (const choice of document.querySelectorAll(".filters select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
