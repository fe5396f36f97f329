/* What the widgets share. A widget is an element that holds a static example; the model and the
   widget's own script are asked for only when somebody wants to use it. If anything fails, the
   example stays. */
"use strict";
(() => {
  const play = (window.framesPlay = window.framesPlay || {});
  if (play.Widget) return; // the page has this script already
  const folder = new URL(".", document.currentScript.src);
  const scripts = new Map();
  let given = null;

  /* Scripts, not fetch: a browser refuses to fetch from a page that was opened from disk. */
  function script(name) {
    if (!scripts.has(name)) {
      scripts.set(name, new Promise((done, failed) => {
        const tag = document.createElement("script");
        tag.src = new URL(name, folder);
        tag.onload = done;
        tag.onerror = () => failed(new Error(`${name} cannot be loaded`));
        document.head.append(tag);
      }));
    }
    return scripts.get(name);
  }

  /* The file with the model calls this. */
  play.give = (book) => (given = book);

  /* The model and its world, loaded once. */
  play.model = async () => {
    await Promise.all(["play-lm.js", "play-world.js", "story-model.js"].map(script));
    if (!play.loaded) {
      const tensors = play.readSafetensors(play.bytesOf(given.weights));
      const lm = new play.Llama(given.config, tensors);
      const world = new play.World(given.words, given.rules);
      play.loaded = { lm, world, about: given.about };
      given = null; // the text of the weights is not needed any more
    }
    return play.loaded;
  };

  /* An element with attributes, listeners (`onclick`) and children. */
  play.el = (tag, attributes = {}, ...children) => {
    const [name, space] = tag.startsWith("svg:")
      ? [tag.slice(4), "http://www.w3.org/2000/svg"] : [tag, "http://www.w3.org/1999/xhtml"];
    const made = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== null) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  /* A bar whose length is a share; the number beside it says the same. */
  play.bar = (share, kind = "") => {
    const filled = play.el("span", { class: "play-bar__filled" });
    filled.style.width = `${100 * share}%`; // by script, which the policy on inline styles allows
    return play.el("span", { class: `play-bar ${kind}`, "aria-hidden": "true" }, filled);
  };

  play.percent = (share) => {
    if (share > 0 && share < 0.005) return "<1 %";
    if (share > 0.995 && share < 1) return ">99 %";
    return `${Math.round(100 * share)} %`;
  };

  play.nats = (value) => value.toFixed(2);

  play.top = (odds, count) =>
    Array.from(odds.keys()).sort((a, b) => odds[b] - odds[a]).slice(0, count);

  /* What comes after `#name=` in the address, or null. */
  play.address = (name) => {
    const part = location.hash.slice(1).split("&").find((one) => one.startsWith(`${name}=`));
    return part === undefined ? null : decodeURIComponent(part.slice(name.length + 1));
  };

  play.setAddress = (name, value) => {
    const others = location.hash.slice(1).split("&")
      .filter((one) => /^(game|loom|inside)=/.test(one) && !one.startsWith(`${name}=`));
    history.replaceState(null, "", `#${[...others, `${name}=${encodeURIComponent(value)}`].join("&")}`);
  };

  class Widget extends HTMLElement {
    /* `kind` is the widget's name in addresses, and of its script. */
    connectedCallback() {
      if (this.dataset.state || !this.hasAttribute("kilobytes")) return;
      this.dataset.state = "offered";
      this.button = play.el("button", { type: "button", class: "play-button play__start" },
        this.getAttribute("invites") ?? "Try it here",
        play.el("small", {}, ` loads ${this.getAttribute("kilobytes")} kB`));
      this.button.addEventListener("click", () => this.start(true));
      this.note = play.el("p", { class: "play__note", role: "status" });
      this.prepend(this.button, this.note);
      if (play.address(this.kind) !== null) this.start(false);
      else if (this.hasAttribute("eager")) this.startWhenSeen();
    }

    startWhenSeen() {
      new IntersectionObserver((entries, observer) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.start(false);
      }, { rootMargin: "200px" }).observe(this);
    }

    async start(focus) {
      if (this.dataset.state !== "offered") return;
      this.dataset.state = "loading";
      this.button.disabled = true;
      this.note.textContent = "Loading the model …";
      try {
        const [model] = await Promise.all([play.model(), script(`play-${this.kind}.js`)]);
        const body = play.el("div", { class: `play play-${this.kind}` });
        play[this.kind](this, body, model);
        this.replaceChildren(body);
        this.dataset.state = "ready";
        if (focus) body.querySelector("button, input, [tabindex='0']")?.focus();
      } catch (error) {
        console.warn(error);
        this.dataset.state = "failed";
        this.button.remove();
        this.note.textContent = "The model could not be loaded here; this example stays.";
      }
    }
  }
  play.Widget = Widget;

  for (const kind of ["game", "loom", "inside"]) {
    customElements.define(`play-${kind}`, class extends Widget {
      kind = kind;
    });
  }
})();
