"use strict";
(() => {
  const one = (q, at = document) => at.querySelector(q);
  const all = (q, at = document) => [...at.querySelectorAll(q)];
  const items = all("[data-v]");
  const groups = all(".op").map((op) => ({ op, items: all("[data-v]", op), ok: one(".ok", op) }));
  const form = one("#filter"), search = one("#q"), verdict = one("#fv"), level = one("#fl"),
    operation = one("#fo"), shown = one("#n"), none = one("#none");
  const texts = new WeakMap();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };
  const filtering = () => search.value || verdict.value || level.value || operation.value;

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const keep = (item) =>
      (!verdict.value || item.dataset.v === verdict.value) &&
      (!level.value || item.dataset.l === level.value) &&
      words.every((word) => textOf(item).includes(word));
    let count = 0;
    for (const { op, items: own, ok } of groups) {
      const wanted = !operation.value || op.dataset.o === operation.value;
      let here = 0, passed = 0;
      for (const item of own) {
        const kept = wanted && keep(item);
        item.hidden = !kept;
        here += kept;
        passed += kept && item.dataset.v === "passed";
      }
      op.hidden = !here;
      if (ok) {
        ok.hidden = !passed;
        ok.open = Boolean(filtering()) && passed > 0;
      }
      count += here;
    }
    const number = (n) => n.toLocaleString("en");
    shown.textContent = count === items.length ? `all ${number(count)}` : `${number(count)} of ${number(items.length)}`;
    none.hidden = count > 0;
  }

  function clear() {
    form.reset();
    filter();
  }

  // A link to a requirement opens what it is folded into, filtered away or not.
  function reveal() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* not percent-encoded: as it stands */ }
    const found = id && document.getElementById(id);
    if (!found) return;
    if (found.closest("[hidden]")) clear();
    for (let at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    found.scrollIntoView({ block: "start" });
  }

  const handle = (item) => (item.tagName === "DETAILS" ? one("summary", item) : one(".id", item));
  let current = -1;
  function move(step) {
    const seen = items.filter((item) => !item.closest("[hidden]") && (item.dataset.v !== "passed" || item.closest(".ok").open));
    if (!seen.length) return;
    const at = seen.indexOf(document.activeElement && document.activeElement.closest("[data-v]"));
    const from = at >= 0 ? at : seen.indexOf(items[current]);
    const next = seen[Math.min(Math.max(from + step, 0), seen.length - 1)];
    current = items.indexOf(next);
    handle(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (filtering()) clear();
      if (form.contains(document.activeElement)) document.activeElement.blur();
      return;
    }
    if (event.target.closest("input, select, textarea")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) move(step);
    if (event.key === "/") search.focus();
    if (step || event.key === "/") event.preventDefault();
  });

  // Copies without the clipboard API too, which a file opened from disk may lack.
  async function copy(pre, button) {
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      getSelection().selectAllChildren(pre);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }
  function addButton(pre) {
    if (pre.parentElement.className === "holder") return;
    const holder = document.createElement("div"), button = document.createElement("button");
    holder.className = "holder";
    button.className = "cp";
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(pre, button));
    pre.replaceWith(holder);
    holder.append(pre, button);
  }
  all(".overview .copy").forEach(addButton);
  document.addEventListener("toggle", (event) => {
    if (event.target.open) all(":scope > .copy", event.target).forEach(addButton);
  }, true);

  const root = document.documentElement;
  const stored = { get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("theme", value); } catch { /* not kept */ } } };
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const theme = document.createElement("button");
  const label = () => { theme.textContent = dark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `Use ${dark() ? "light" : "dark"} colours`); };
  theme.type = "button";
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; stored.set(root.dataset.theme); label(); });
  const kept = stored.get();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  label();
  one(".tools").append(theme);

  let opened = [];
  addEventListener("beforeprint", () => { opened = all("details:not([open]):not(.code)"); opened.forEach((d) => { d.open = true; }); });
  addEventListener("afterprint", () => { opened.forEach((d) => { d.open = false; }); });

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
  for (const select of [verdict, level, operation]) select.addEventListener("change", filter);
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  addEventListener("hashchange", reveal);
  form.hidden = false;
  one("#keys").hidden = false;
  filter();
  reveal();
})();
