/* The world of stories: its words, its rules, and the best that any predictor can know of it. */
"use strict";
(() => {
  const play = (window.framesPlay = window.framesPlay || {});
  const END = 0;
  const CLOSE = new Set([".", ",", "”"]);

  /* Random numbers from a seed, in 0..1, so that a story can be asked for again. (mulberry32) */
  function randomFrom(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  function drawFrom(odds, random) {
    let left = random();
    for (let index = 0; index < odds.length; index++) {
      left -= odds[index];
      if (left < 0) return index;
    }
    return odds.reduce((best, odd, index) => (odd > odds[best] ? index : best), 0);
  }

  class World {
    /* words: by token. rules: {name: [[weight, [symbol, ...]], ...]}, as framelab.grammar reads them. */
    constructor(words, rules) {
      this.words = words;
      this.rules = rules;
      this.tokens = new Map(words.map((word, token) => [word, token]));
    }

    /* The odds of the next token after a text that starts with END; null if no story goes so. */
    best(ids) {
      let belief = new Map([["start", { weight: 1, toSay: ["{story}"], memory: {} }]]);
      let odds = null;
      for (let place = 0; place < ids.length; place++) {
        odds = new Float64Array(this.words.length);
        const moved = new Map();
        for (const state of belief.values()) {
          this.follow(state.weight, state.toSay, state.memory, (weight, word, toSay, memory) => {
            const token = word === null ? END : this.tokens.get(word);
            odds[token] += weight;
            if (token !== ids[place + 1]) return;
            const key = JSON.stringify([toSay, Object.entries(memory).sort()]);
            const known = moved.get(key);
            if (known) known.weight += weight;
            else moved.set(key, { weight, toSay, memory });
          });
        }
        if (place + 1 === ids.length) break;
        let total = 0;
        for (const state of moved.values()) total += state.weight;
        if (!total) return null;
        for (const state of moved.values()) state.weight /= total;
        belief = moved;
      }
      return odds;
    }

    /* Every way to say one more word from a state; a null word is the end. */
    follow(weight, toSay, memory, found) {
      if (!toSay.length) return found(weight, null, [null], {});
      const [symbol, ...rest] = toSay;
      if (symbol === null) return undefined;
      if (symbol.startsWith("$")) return found(weight, memory[symbol.slice(1)], rest, memory);
      const bound = symbol.indexOf("=");
      if (bound < 0 && !symbol.startsWith("{")) return found(weight, symbol, rest, memory);
      const rule = bound < 0 ? symbol.slice(1, -1) : symbol.slice(bound + 1);
      const [stem, key] = rule.split(":");
      for (const [share, symbols] of this.rules[key ? `${stem}:${memory[key]}` : stem]) {
        if (bound < 0) this.follow(weight * share, [...symbols, ...rest], memory, found);
        else {
          const now = { ...memory, [symbol.slice(0, bound)]: symbols[0] };
          this.follow(weight * share, rest, now, found);
        }
      }
      return undefined;
    }

    /* A whole story with END on both sides, the same for the same seed. */
    story(seed, longest) {
      const random = randomFrom(seed);
      const ids = [END];
      do ids.push(drawFrom(this.best(ids), random));
      while (ids.at(-1) !== END && ids.length < longest);
      return ids;
    }

    /* What a person typed as tokens, and the words that are not known. */
    read(text) {
      const spaced = text.replace(/["“”]/g, ' " ').replace(/([.,])/g, " $1 ");
      let open = false;
      const typed = spaced.trim().split(/\s+/).filter(Boolean).map((word) => {
        if (word !== '"') return word;
        open = !open;
        return open ? "“" : "”";
      });
      const known = (word) => [word, word.toLowerCase(), capital(word.toLowerCase())]
        .map((form) => this.tokens.get(form)).find((token) => token !== undefined);
      const unknown = typed.filter((word) => known(word) === undefined);
      return { ids: [END, ...typed.map(known)], unknown: [...new Set(unknown)] };
    }

    /* A token as a reader sees it after the one before: capital, and the space between. */
    shown(token, before) {
      const word = this.words[token];
      if (token === END) return { text: before === undefined ? "" : "the end", glue: " " };
      const previous = before === undefined ? null : this.words[before];
      const opens = before === undefined || before === END || previous === "." || previous === "“";
      const tight = CLOSE.has(word) || previous === "“" || before === undefined || before === END;
      return { text: opens ? capital(word) : word, glue: tight ? "" : " " };
    }

    /* Tokens as a sentence. */
    text(ids) {
      let told = "";
      ids.forEach((token, place) => {
        if (token === END && place === 0) return;
        const { text, glue } = this.shown(token, ids[place - 1]);
        told += token === END ? "" : glue + text;
      });
      return told;
    }
  }

  function capital(word) {
    return word.charAt(0).toUpperCase() + word.slice(1);
  }

  Object.assign(play, { World, randomFrom, drawFrom, END });
})();
