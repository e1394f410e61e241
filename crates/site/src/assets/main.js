// Page control: colour theme, routing by URL, topic selection.
"use strict";
(function () {
  const clout = window.clout;
  const { h } = clout;
  const THEME = "clout-report-theme";
  const title = document.title;

  // Pages opened from a folder may have no storage: then the choice lasts until the page is closed.
  function remembered() {
    try {
      return window.localStorage.getItem(THEME);
    } catch {
      return null;
    }
  }

  function remember(theme) {
    try {
      window.localStorage.setItem(THEME, theme);
    } catch {
      // The theme is applied even if it cannot be stored.
    }
  }

  function startTheme() {
    const button = document.getElementById("theme");
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const current = () => document.documentElement.dataset.theme || (system.matches ? "dark" : "light");
    const update = () => button.setAttribute("aria-pressed", String(current() === "dark"));
    const kept = remembered();
    if (kept === "dark" || kept === "light") {
      document.documentElement.dataset.theme = kept;
    }
    button.addEventListener("click", () => {
      const theme = current() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = theme;
      remember(theme);
      update();
    });
    system.addEventListener("change", update);
    update();
  }

  /** Returns the id in the URL; null without one. */
  function wanted() {
    const match = /^#person=(.*)$/s.exec(window.location.hash);
    if (!match) {
      return null;
    }
    try {
      return decodeURIComponent(match[1]);
    } catch {
      return match[1];
    }
  }

  async function route() {
    const [night, article] = ["night", "person"].map((id) => document.getElementById(id));
    const id = wanted();
    const wasPerson = !article.hidden;
    night.hidden = id !== null;
    article.hidden = id === null;
    document.title = id === null ? title : clout.shown(id) + ", " + title;
    if (id === null) {
      article.replaceChildren();
      if (wasPerson) {
        window.scrollTo(0, 0);
        document.getElementById("main").focus();
      }
      return;
    }
    article.setAttribute("aria-busy", "true");
    try {
      const person = await clout.person(id);
      if (wanted() !== id) {
        return;
      }
      if (person) {
        clout.showPerson(article, person);
      } else {
        clout.showNobody(article, id);
      }
    } catch (error) {
      clout.showNobody(article, id, error.message);
    }
    article.removeAttribute("aria-busy");
    window.scrollTo(0, 0);
    article.querySelector("h1").focus({ preventScroll: true });
  }

  function startTopics() {
    const select = document.getElementById("topic");
    const body = document.getElementById("topic-rows");
    if (!select) {
      return;
    }
    const cell = (child, isNumber) => h("td", { class: isNumber ? "number" : null }, child);
    const line = (row) =>
      h("tr", {}, cell(clout.count(row.rank), true), cell(clout.who(row.person_id)), cell(h("strong", {}, clout.points(row.score)), true),
        cell(clout.count(100 * row.confidence) + " %", true));
    select.addEventListener("change", async () => {
      try {
        const topics = await clout.load("topics", 0);
        body.replaceChildren(...topics[Number(select.value)][2].map(line));
      } catch (error) {
        body.replaceChildren(h("tr", {}, h("td", { colspan: 4 }, error.message)));
      }
    });
    select.value = "0"; // Some browsers keep the selection across a reload.
  }

  startTheme();
  document.getElementById("plan").addEventListener("error", () => {
    const main = document.getElementById("main");
    main.prepend(h("p", { class: "notice" }, "Files of this report are missing. Copy the whole folder to use the search and the person pages."));
  });

  clout.start = () => {
    clout.startSearch();
    startTopics();
    window.addEventListener("hashchange", route);
    route();
  };
})();
