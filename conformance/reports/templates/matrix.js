"use strict";
(() => {
  const one = (q, at = document) => at.querySelector(q);
  const all = (q, at = document) => [...at.querySelectorAll(q)];
  const groups = all(".g").map((group) => ({ group, rows: all("tbody tr", group), open: false }));
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const form = one("#filter"), search = one("#q"), kind = one("#fk"), level = one("#fl"), shown = one("#n"), none = one("#none");
  const texts = new WeakMap();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.cells[0].textContent.toLowerCase());
    return texts.get(row);
  };
  const filtering = () => search.value || kind.value || level.value;

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { group, rows } of groups) {
      let here = 0;
      for (const row of rows) {
        const kept = (!level.value || row.dataset.l === level.value) &&
          (!kind.value || (kind.value === "differs" ? "d" in row.dataset : row.classList.contains("x"))) &&
          words.every((word) => textOf(row).includes(word));
        row.hidden = !kept;
        here += kept;
      }
      group.hidden = !here;
      count += here;
    }
    if (words.length) for (const { group } of groups) group.open = !group.hidden && count <= 300;
    const number = (n) => n.toLocaleString("en");
    shown.textContent = count === total ? `all ${number(total)}` : `${number(count)} of ${number(total)}`;
    none.hidden = count > 0;
  }
  function clear() { form.reset(); filter(); }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (filtering()) clear();
      if (form.contains(document.activeElement)) document.activeElement.blur();
    } else if (event.key === "/" && !event.target.closest("input, select")) {
      search.focus();
      event.preventDefault();
    }
  });
  const toggle = one("#toggle");
  toggle.addEventListener("click", () => {
    const opening = groups.some(({ group }) => !group.hidden && !group.open);
    for (const { group } of groups) if (!group.hidden) group.open = opening;
    toggle.textContent = opening ? "Close all" : "Open all";
  });
  function reveal() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* not percent-encoded: as it stands */ }
    const found = id && document.getElementById(id);
    if (!found) return;
    if (found.closest("[hidden]")) clear();
    const group = found.closest("details");
    if (group) group.open = true;
    found.scrollIntoView({ block: "center" });
  }
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
  for (const select of [kind, level]) select.addEventListener("change", filter);
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  addEventListener("hashchange", reveal);
  form.hidden = false;
  filter();
  reveal();
})();
