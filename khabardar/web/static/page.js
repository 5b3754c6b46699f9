"use strict";
// Parts of a page that are counted after it: replaced in place, and links where that fails.
for (const part of document.querySelectorAll("[data-part]")) {
  part.setAttribute("aria-busy", "true");
  fetch(part.dataset.part, { headers: { "X-Part": "1" }, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((html) => {
      part.innerHTML = html;
      // Beside the results there is room; above them, on a telephone, the results come first.
      if (matchMedia("(max-width: 60rem)").matches) for (const each of part.querySelectorAll("details")) each.open = false;
    })
    .catch(() => {})
    .finally(() => part.removeAttribute("aria-busy"));
}
// A filter is applied as it is chosen; without this script there is the button.
for (const choice of document.querySelectorAll(".filters select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
// Below a query: how its last word may go on. Buttons, so that the keyboard reaches them.
const fields = ["title:", "body:", "author:", "place:", "credit:", "section:", "source:", "lang:", "url:", "after:", "before:", "topic:", "rule:"];
const quoted = (name) => (/^[\p{L}\p{N}_-]+$/u.test(name) ? name : `"${name.replaceAll('"', " ")}"`);
for (const field of document.querySelectorAll("textarea[data-names]")) {
  const names = JSON.parse(field.dataset.names);
  const whole = fields.concat(Object.entries(names).flatMap(([kind, all]) => all.map((name) => `${kind}:${quoted(name)}`)));
  const row = document.createElement("div");
  row.className = "suggestions";
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "The word may go on as");
  field.after(row);
  field.addEventListener("input", () => {
    const before = field.value.slice(0, field.selectionStart);
    const word = /[^\s()]*$/.exec(before)[0].replace(/^-/, "");
    const found = word.length < 2 ? [] : whole.filter((each) => each.toLowerCase().startsWith(word.toLowerCase()) && each !== word);
    row.replaceChildren(...found.slice(0, 8).map((each) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = each;
      button.addEventListener("click", () => {
        const at = before.length - word.length;
        field.setRangeText(each.endsWith(":") ? each : `${each} `, at, before.length, "end");
        row.replaceChildren();
        field.focus();
      });
      return button;
    }));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); field.form.requestSubmit(); }
  });
}
// A query is tried while it is written. One that is not whole yet leaves what the last whole one found.
for (const field of document.querySelectorAll("textarea[data-try]")) {
  const place = document.getElementById(field.dataset.into);
  const others = [field.form.elements.since, field.form.elements.repeat];
  const note = document.createElement("div");
  const told = document.createElement("p");
  told.className = "unseen";
  told.setAttribute("role", "status");
  place.before(note, told);
  let waiting, asking, asked = "";
  const look = (typing) => {
    clearTimeout(waiting);
    const [since, repeat] = others.map((each) => each?.value ?? "");
    const wanted = new URLSearchParams({ q: field.value, since, repeat, form: field.form.elements.was ? "1" : "", rule: field.form.elements.rule?.value ?? "", typing: typing ? "1" : "" });
    if (String(wanted) === asked) return;
    asked = String(wanted);
    asking?.abort();
    asking = new AbortController();
    place.setAttribute("aria-busy", "true");
    fetch(`${field.dataset.try}?${wanted}`, { headers: { "X-Part": "1" }, credentials: "same-origin", signal: asking.signal })
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status)))
      .then((html) => {
        const unfinished = html.includes('class="unfinished');
        const open = place.querySelector("details")?.open;
        (unfinished ? note : place).innerHTML = html;
        if (open !== undefined) place.querySelector("details")?.toggleAttribute("open", open);
        if (!unfinished) note.replaceChildren();
        for (const old of document.querySelectorAll("#wrong-q, #wrong-query")) if (!place.contains(old)) old.remove();
        if (!unfinished && place.querySelector("#wrong-q")) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
        told.textContent = unfinished ? "" : place.querySelector(".sum")?.textContent ?? "";
        place.removeAttribute("aria-busy");
        if (unfinished) place.setAttribute("data-old", "");
        else place.removeAttribute("data-old");
      })
      .catch((error) => { if (error.name !== "AbortError") { asked = ""; place.removeAttribute("aria-busy"); } });
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 400, true); });
  for (const each of [field, ...others]) each?.addEventListener("change", () => look(false));
}
