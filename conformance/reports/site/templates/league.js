"use strict";
(() => {
  const form = document.querySelector("#filter"), search = document.querySelector("#q");
  const sort = document.querySelector("#sort"), kind = document.querySelector("#kind"), shown = document.querySelector("#n");
  const body = document.querySelector(".league tbody");
  const rows = [...body.rows].slice(1).map((row) => ({
    row, name: row.cells[0].textContent.trim().toLowerCase(),
    values: [...row.cells].slice(1).map((cell) => Number(cell.dataset.v)),
  }));
  function arrange() {
    const column = Number(sort.value) - 1;
    const order = [...rows].sort((a, b) =>
      (column < 0 ? 0 : b.values[column] - a.values[column]) || (a.name < b.name ? -1 : 1));
    body.append(...order.map(({ row }) => row));
  }
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, name, values } of rows) {
      const has = values.filter((value) => value >= 0).length;
      row.hidden = !(words.every((word) => name.includes(word)) &&
        (kind.value === "" || (kind.value === "some" ? has > 0 : has === values.length)));
      count += !row.hidden;
    }
    shown.textContent = count === rows.length ? `all ${count}` : `${count} of ${rows.length}`;
  }
  search.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  sort.addEventListener("change", arrange);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
