// The search box. It finds ids by their beginning at once, and by any part in the loaded shards or, on request, in all
// shards.
"use strict";
(function () {
  const clout = window.clout;
  const { h } = clout;
  const SHOWN = 20;
  const FEW_SHARDS = 8; // Up to this number, all shards are loaded without asking: about two megabytes.
  const SHARD_MEBIBYTES = 0.25;

  /** Rates a match: 0 equal, 1 beginning of the id, 2 beginning of the account id, 3 other part, 4 no match. */
  function matchLevel(id, wanted) {
    const index = id.indexOf(wanted);
    if (index < 0) {
      return 4;
    }
    if (index === 0) {
      return id.length === wanted.length ? 0 : 1;
    }
    return id[index - 1] === ":" ? 2 : 3;
  }

  /** Collects the best matches of all rows offered; equal matches are sorted by rank. */
  function finder(wanted) {
    const text = wanted.toLowerCase();
    const seen = new Set();
    let found = [];
    let count = 0;
    const offer = (rows) => {
      for (const row of rows) {
        const level = matchLevel(row[0].toLowerCase(), text);
        if (level < 4) {
          count += 1;
          found.push([level, row[2] === null ? Infinity : row[2], row]);
        }
      }
      found.sort((a, b) => a[0] - b[0] || (a[1] === b[1] ? 0 : a[1] - b[1]));
      found = found.slice(0, SHOWN);
    };
    return {
      shards: seen,
      offer: (shard, rows) => {
        if (!seen.has(shard)) {
          seen.add(shard);
          offer(rows);
        }
      },
      rows: () => found.map(([, , row]) => row),
      count: () => count,
    };
  }

  clout.startSearch = () => {
    const [input, drop, list, note, all] = ["search", "drop", "found", "search-note", "search-all"].map((id) => document.getElementById(id));
    const shards = clout.report.ids.map((_, i) => i);
    let turn = 0;
    let rows = [];
    let active = -1;

    function close() {
      turn += 1;
      drop.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(index) {
      active = rows.length === 0 ? -1 : (index + rows.length) % rows.length;
      Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
      if (active >= 0) {
        input.setAttribute("aria-activedescendant", "found-" + active);
        list.children[active].scrollIntoView({ block: "nearest" });
      }
    }

    function open(row) {
      close();
      input.value = "";
      input.blur();
      window.location.hash = clout.link(row[0]);
    }

    function option(row, i) {
      const words = row[1] === null ? "no score" : clout.points(row[1]) + " points, rank " + clout.count(row[2]);
      const item = h("li", { role: "option", id: "found-" + i, "aria-selected": "false" }, clout.apart(row[0], 60), h("span", { class: "quiet" }, words));
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => open(row));
      return item;
    }

    function show(found, isWhole) {
      rows = found.rows();
      list.replaceChildren(...rows.map(option));
      drop.hidden = false;
      input.setAttribute("aria-expanded", "true");
      const rest = found.count() - rows.length;
      const left = shards.length - found.shards.size;
      note.textContent = (rows.length === 0 ? (isWhole ? "No id contains this text." : "No id begins with this text.") : clout.many(found.count(), "person", "people")) +
        (rest > 0 ? "; the best " + rows.length + " matches are listed. Type more of the id." : "");
      all.hidden = isWhole || left === 0;
      all.textContent = "Search all ids (" + clout.tenth(left * SHARD_MEBIBYTES) + " MiB)";
      choose(rows.length > 0 ? 0 : -1);
    }

    async function look(wanted, which, found, isWhole) {
      turn += 1;
      const mine = turn;
      try {
        await clout.index(which, (loaded, done) => {
          if (mine !== turn) {
            return false;
          }
          found.offer(which[done - 1], loaded);
          if (isWhole && done % 8 === 0) {
            show(found, false);
          }
          return true;
        });
        if (mine === turn) {
          show(found, isWhole || found.shards.size === shards.length);
        }
      } catch (error) {
        note.textContent = error.message;
        drop.hidden = false;
      }
    }

    function search() {
      const wanted = input.value.trim();
      if (wanted === "") {
        close();
        return;
      }
      const isSmall = shards.length <= FEW_SHARDS;
      const beginnings = [wanted].concat(clout.report.networks.map((network) => network + ":" + wanted));
      // Two shards per beginning are enough: a longer input narrows the search.
      const first = new Set(beginnings.flatMap((text) => clout.beginning(text).slice(0, 2)));
      look(wanted, isSmall ? shards : Array.from(first), finder(wanted), isSmall);
    }

    all.addEventListener("click", () => {
      input.focus();
      look(input.value.trim(), shards, finder(input.value.trim()), true);
    });
    all.addEventListener("mousedown", (event) => event.preventDefault());
    input.addEventListener("input", search);
    input.addEventListener("focus", search);
    input.addEventListener("blur", (event) => {
      if (!drop.contains(event.relatedTarget)) {
        close();
      }
    });
    input.addEventListener("keydown", (event) => {
      const moves = { ArrowDown: 1, ArrowUp: -1 };
      if (Object.hasOwn(moves, event.key)) {
        event.preventDefault();
        choose(active + moves[event.key]);
      } else if (event.key === "Enter" && rows[active] && !drop.hidden) {
        event.preventDefault();
        open(rows[active]);
      } else if (event.key === "Escape") {
        close();
        input.value = "";
      }
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest("input, select, textarea");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        input.focus();
      }
    });
  };
})();
