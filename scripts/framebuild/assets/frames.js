// What the pages do beyond being read: find, filter, sort. Each works on what stands in the page,
// and a page without this script is whole. No library, no request but for our own index.
"use strict";

{
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text, wanted) => wanted.every((word) => text.includes(word));
  const marks = { supported: "●", contradicted: "▲", inconclusive: "◐", untested: "○" };

  // The index of frames, asked for when it is first needed. A script, since from disk a page may
  // not fetch.
  let asked;
  const index = (address) =>
    (asked ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.framesIndex);
      script.onerror = reject;
      document.head.append(script);
    }));

  const element = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.textContent = text;
    return made;
  };

  const found = ([id, title, claim, verdict]) => {
    const link = element("a", "", title);
    link.href = `frames/${id}/index.html`;
    const badge = element("span", `badge badge--${verdict}`, `${marks[verdict]} ${verdict}`);
    const item = element("li", "", "");
    item.append(link, " ", badge, element("p", "", claim));
    return item;
  };

  const finder = (form) => {
    const box = find("input", form);
    const list = find(".find__found", form);
    const said = find(".find__said", form);
    const search = async () => {
      const frames = await index(form.dataset.index);
      const wanted = words(box.value);
      const hits = wanted.length
        ? frames.filter((row) => has(row.join(" ").toLowerCase(), wanted))
        : [];
      list.replaceChildren(...hits.slice(0, 8).map(found));
      const more = hits.length > 8 ? ", the first 8 shown" : "";
      said.textContent = wanted.length
        ? `${hits.length} frame${hits.length === 1 ? "" : "s"}${more}`
        : "";
    };
    box.addEventListener("input", search);
    if (box.value) search();
  };

  const surprise = (link) =>
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const frames = await index(link.dataset.index).catch(() => []);
      const drawn = frames[Math.floor(Math.random() * frames.length)];
      location.href = drawn ? `frames/${drawn[0]}/index.html` : link.href;
    });

  const order = ["contradicted", "inconclusive", "supported", "untested"];
  const sorts = {
    "": (a, b) => a.title.localeCompare(b.title),
    verdict: (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict),
    added: (a, b) => b.added.localeCompare(a.added),
  };

  const filters = (form) => {
    const list = find(".cards--all");
    const said = find(".filters__said");
    const cards = all(".card", list).map((item) => ({
      item,
      title: find(".card__title", item).textContent,
      text: item.textContent.toLowerCase(),
      ...item.dataset,
    }));
    const chosen = () =>
      Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    const fits = (card, want) =>
      has(card.text, words(want.text ?? "")) &&
      (!want.topic || card.topics.split(" ").includes(want.topic)) &&
      ["kind", "verdict", "reach"].every((name) => !want[name] || card[name] === want[name]);
    const show = () => {
      const want = chosen();
      const kept = cards.filter((card) => fits(card, want));
      kept.sort((a, b) => sorts[want.sort ?? ""](a, b) || sorts[""](a, b));
      list.replaceChildren(...kept.map((card) => card.item));
      said.textContent = `${kept.length} of ${cards.length} frames`;
    };
    // The address carries the choice. In the part after #, which a page from disk may change too.
    const keep = () => {
      const text = new URLSearchParams(chosen()).toString();
      history.replaceState(null, "", `#${text}`);
    };
    const recall = () => {
      const given = new URLSearchParams(location.hash.slice(1) || location.search);
      for (const field of form.elements) {
        if (field.name) field.value = given.get(field.name) ?? "";
        if (field.value === "" && field.tagName === "SELECT") field.selectedIndex = 0;
      }
      show();
    };
    const changed = () => {
      show();
      keep();
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      for (const field of form.elements) if (field.name) field.value = "";
      changed();
    });
    window.addEventListener("hashchange", recall);
    form.hidden = false;
    recall();
  };

  const value = (row, column, kind) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    if (kind !== "number") return text;
    return text === "" ? Number.NEGATIVE_INFINITY : Number(text);
  };

  const sortable = (table) => {
    const heads = all("thead th", table);
    const body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = element("button", "", head.textContent);
      button.type = "button";
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const kind = head.dataset.sort;
        const sorted = [...body.rows].sort((a, b) => {
          const [x, y] = [value(a, column, kind), value(b, column, kind)];
          const ahead = kind === "number" ? (x < y ? -1 : x > y ? 1 : 0) : x.localeCompare(y);
          return up ? ahead : -ahead;
        });
        body.append(...sorted);
      });
    });
  };

  // A way to find a frame from every page: it leads to the list, whose filter reads the address.
  const header = () => {
    const at = find(".md-header__inner");
    const settings = find("#__config");
    if (!at || !settings) return;
    const form = element("form", "seek", "");
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "All frames");
    form.action = `${JSON.parse(settings.textContent).base}/frames/index.html`;
    const box = element("input", "", "");
    Object.assign(box, { type: "search", name: "text", placeholder: "Find a frame" });
    box.setAttribute("aria-label", "Find a frame by a word of its claim");
    form.append(box);
    at.append(form);
  };

  // An address may name a prediction or another part that stands inside something folded.
  const unfold = () => {
    const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = part; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };

  const start = () => {
    all(".find").forEach(finder);
    all(".surprise").forEach(surprise);
    all(".filters").forEach(filters);
    all("table.evidence").forEach(sortable);
    header();
    unfold();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
