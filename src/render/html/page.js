// Without scripts the page reads the same: unsorted, unfiltered, nothing folded away.
const words = document.documentElement.lang.startsWith("zh")
  ? { zeros: (n) => `显示 ${n} 行为零的数据`, less: "收起为零的行", none: "没有符合的行" }
  : { zeros: (n) => `show ${n} ${n === 1 ? "row" : "rows"} of zeros`, less: "hide rows of zeros", none: "no row fits" };
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

// Tables sort by a click on a column's title.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const titles = [...table.tHead.rows[0].cells];
  const key = (row, i) => row.cells[i].dataset.v ?? row.cells[i].textContent.trim();
  titles.forEach((title, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...title.childNodes);
    title.append(button);
    button.addEventListener("click", () => {
      const down = title.getAttribute("aria-sort") === "ascending";
      const number = title.classList.contains("n");
      const compare = (a, b) => {
        const [x, y] = [key(a, i), key(b, i)];
        if (x === "" || y === "") return (x === "") - (y === "");
        const order = number ? Number(x) - Number(y) || collator.compare(x, y) : collator.compare(x, y);
        return down ? -order : order;
      };
      titles.forEach((other) => other.removeAttribute("aria-sort"));
      title.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...[...body.rows].sort(compare));
    });
  });
}

// Rows of zeros are folded away; a reader's choices hide the rows that do not fit.
const choices = [...document.querySelectorAll(".choices select")];
for (const bar of document.querySelectorAll(".choices")) bar.hidden = false;
const updates = [];
for (const table of document.querySelectorAll("table")) {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const zeros = rows.filter((row) => row.classList.contains("z"));
  const columns = [...table.tHead.rows[0].cells].map((title) => title.dataset.c);
  let folded = zeros.length > 1 || (zeros.length === 1 && rows.length > 4);
  const more = document.createElement("button");
  more.type = "button";
  more.className = "more";
  const none = document.createElement("p");
  none.className = "about";
  none.setAttribute("role", "status");
  table.after(none);
  if (folded) table.after(more);
  const update = () => {
    let shown = 0;
    for (const row of rows) {
      const fits = choices.every((select) => {
        const i = columns.indexOf(select.dataset.c);
        if (i < 0 || select.value === "") return true;
        return select.value.split("\n").includes(row.cells[i].dataset.k ?? row.cells[i].textContent.trim());
      });
      row.hidden = !fits || (folded && row.classList.contains("z"));
      shown += fits ? 1 : 0;
    }
    more.textContent = folded ? words.zeros(zeros.length) : words.less;
    none.textContent = rows.length > 0 && shown === 0 ? words.none : "";
  };
  more.addEventListener("click", () => {
    folded = !folded;
    update();
  });
  updates.push(update);
  update();
}
for (const select of choices) select.addEventListener("change", () => updates.forEach((update) => update()));

// What is folded is printed; a link into it opens it.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
const open = () => {
  const part = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (part) part.querySelectorAll("details").forEach((folded) => { folded.open = true; });
};
addEventListener("hashchange", open);
open();

// The search of a folder of pages.
const search = document.querySelector("#q");
if (search && typeof CRM === "object") {
  const list = document.querySelector("#found");
  const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const index = CRM.map(([href, ...parts]) => [href, parts, folded(parts.join(" "))]);
  search.closest("form").hidden = false;
  search.closest("form").addEventListener("submit", (event) => event.preventDefault());
  const update = () => {
    const terms = folded(search.value).split(" ").filter(Boolean);
    const found = terms.length === 0 ? [] : index.filter(([, , text]) => terms.every((term) => text.includes(term)));
    list.replaceChildren(...found.slice(0, 100).map(([href, parts]) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = href;
      link.textContent = parts[0];
      item.append(link, ` ${parts.slice(1).filter(Boolean).join("  ·  ")}`);
      return item;
    }));
    document.querySelector("#count").textContent = terms.length === 0 ? "" : `${found.length}`;
  };
  search.addEventListener("input", update);
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) search.value = asked;
  update();
}
