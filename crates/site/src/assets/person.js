// The page of one person.
"use strict";
(function () {
  const clout = window.clout;
  const { h, svg } = clout;

  const date = () => clout.report.snapshot_date;
  const minute = (instant) => instant.slice(0, 16).replace("T", " ") + " UTC";

  function standing(scores) {
    if (scores.score === null) {
      return "No score: no reaction by another person has been seen, or none for 720 days. This is not a score of 0.";
    }
    return "Rank " + clout.count(scores.rank) + " of " + clout.many(clout.report.persons_scored, "person", "people") +
      " with a score; percentile " + clout.tenth(scores.percentile) + ".";
  }

  function head(person) {
    const { scores } = person;
    const isCut = clout.shown(person.id) !== person.id;
    const characters = Array.from(person.id).length;
    const value = scores.score === null
      ? [h("div", { class: "value", "aria-label": "no score" }, "–"), h("div", { class: "quiet" }, "no score on " + date())]
      : [
          h("div", { class: "value" }, clout.points(scores.score)),
          h("div", { class: "quiet" }, "points (scale 1 to 100) on " + date()),
          h("div", { class: "quiet" }, clout.points(scores.score_low) + " to " + clout.points(scores.score_high) + ", 90 % interval"),
        ];
    return h("header", { class: "person-head" },
      h("div", {},
        h("p", {}, h("a", { href: "#" }, "← Snapshot of " + date())),
        h("h1", { tabindex: "-1" }, clout.apart(person.id, 80)),
        isCut && h("details", {}, h("summary", {}, "Full id, " + clout.many(characters, "character", "characters")),
          h("div", { class: "full-id", dir: "ltr" }, person.id)),
        h("p", { class: "lead" }, standing(scores)),
        h("p", { class: "quiet" }, [
          scores.networks.length > 0 ? "Networks: " + scores.networks.map((name) => clout.shown(name)).join(", ") + "." : "No networks.",
          scores.is_new ? " First snapshot with this person: " + date() + "." : "",
          scores.last_active_at ? " Last active " + minute(scores.last_active_at) + "." : " No activity seen.",
        ])),
      h("div", { class: "score" }, value));
  }

  const tile = (title, figure, note) =>
    h("div", {}, h("dt", {}, title), h("dd", {}, figure), h("dd", { class: "note" }, note));

  function facts(scores) {
    const since = (days) => new Date(Date.parse(date()) - 86400000 * days).toISOString().slice(0, 10);
    const change = (title, days, value) => tile(title, clout.delta(value), ["points since ", clout.h("time", {}, since(days))]);
    return h("dl", { class: "tiles" },
      change("Change, 1 day", 1, scores.delta_1d),
      change("Change, 7 days", 7, scores.delta_7d),
      change("Change, 30 days", 30, scores.delta_30d),
      tile("Reach", clout.tenth(scores.reach), "people: equivalent number of equally attentive reactors"),
      tile("Amplification", scores.amplification === null ? "–" : clout.tenth(scores.amplification),
        scores.amplification === null ? "no counted post" : "counted reactions per post"),
      tile("Audience", scores.audience_influence === null ? "–" : clout.tenth(scores.audience_influence),
        scores.audience_influence === null ? "no reactors" : "points: mean score of the reactors, weighted by their contributions"),
      tile("Coverage", clout.percent(scores.coverage), "of this person's expected signal was delivered"));
  }

  function alerts(person) {
    if (!person.alerts || person.alerts.length === 0) {
      return null;
    }
    const item = (alert) => h("li", {}, h("strong", {}, clout.apart(alert.message, 1000)), h("div", { class: "quiet" }, clout.apart(alert.advice, 1000)));
    return h("ul", { class: "alerts", "aria-label": "Alerts of " + date() }, person.alerts.map(item));
  }

  function networks(person) {
    const about = "Score from each network's reactions alone, in points, and the network's share of the influence, on " + date() + ".";
    const columns = [["network"], ["score", true], ["share of influence", true], ["reach, people", true], ["reactions", true], ["posts", true]];
    const meter = (share) => svg("svg", { class: "meter", "aria-hidden": "true" },
      svg("rect", { class: "fill", width: 100 * (share || 0) + "%", height: 8, rx: 2 }));
    const rows = person.network_scores.map((row) => [
      clout.apart(row.network, 48),
      clout.points(row.score),
      h("div", {}, row.share === null ? "–" : clout.percent(row.share), meter(row.share)),
      clout.tenth(row.reach),
      clout.count(row.reactions),
      clout.count(row.posts),
    ]);
    return clout.section("h-by-network", "By network", about,
      rows.length > 0 ? clout.table("By network", columns, rows) : clout.empty("No data by network for this person."));
  }

  const KINDS = new Map([["tag", "tag"], ["text", "text"], ["endorsement", "endorsement"], ["audience", "audience"], ["ancestor", "other topic"]]);

  function evidence(person, topic) {
    const rows = (person.topic_evidence || []).filter((piece) => piece.topic_id === topic.topic_id);
    if (rows.length === 0) {
      return h("p", { class: "quiet" }, "No evidence is published for this topic.");
    }
    const source = (piece) => (piece.kind === "audience" ? clout.who(piece.source_id) : clout.apart(piece.source_id, 80));
    const cells = rows.map((piece) => [KINDS.get(piece.kind) || clout.apart(piece.kind, 40), source(piece), clout.points(piece.weight)]);
    return h("div", { class: "evidence" }, clout.table("Evidence", [["kind"], ["source"], ["weight", true]], cells));
  }

  function topic(person, row) {
    const words = "rank " + clout.count(row.rank_in_topic) + ", confidence " + clout.percent(row.confidence) + ", " +
      clout.many(row.reactors, "reactor", "reactors") + ", " + clout.many(row.endorsers, "endorser", "endorsers");
    const name = h("span", { class: "topic" }, clout.apart(row.topic_id, 60), " ", h("strong", {}, clout.points(row.score)), " ",
      h("span", { class: "quiet" }, words));
    return h("details", {}, h("summary", {}, name), evidence(person, row));
  }

  function topics(person) {
    const about = "Topics with at least two independent sources on " + date() + ". Topic scores range from 1 to 100 points. A weight " +
      "of 1 is one fresh reaction by a trusted person of average rank.";
    const say = (...children) => clout.section("h-credible", "Topics (points)", about, ...children);
    if (person.topic_scores === null) {
      return say(clout.empty("Topics were not published on " + date() + "."));
    }
    const shown = person.topic_scores.filter((row) => row.is_shown);
    const others = person.topic_scores.filter((row) => !row.is_shown);
    const names = others.flatMap((row, i) => [i > 0 ? ", " : "", clout.apart(row.topic_id, 60)]);
    const more = person.more.topic_scores;
    return say(
      shown.length > 0 ? shown.map((row) => topic(person, row)) : clout.empty("No topic with two independent sources, or no topics in the input."),
      others.length > 0 && h("p", { class: "quiet" }, "Topics with only one source: ", names,
        more > 0 && " and " + clout.count(more) + " more", "."));
  }

  function rest() {
    return h("p", { class: "notice" }, "History, causes of changes, topics and neighbours are included for the best ranked " +
      "people and for the people named on the first page (" + clout.count(clout.report.persons_full) + " of " +
      clout.count(clout.report.persons) + "). For this person, run clout explain, or include more people with clout report --people.");
  }

  /** Shows a person. The article's heading receives the focus. */
  clout.showPerson = (article, person) => {
    const parts = [head(person), alerts(person), facts(person.scores)];
    if (person.isFull) {
      parts.push(clout.history(person.history), clout.reasons(person), networks(person), topics(person), clout.around(person));
    } else {
      parts.push(networks(person), rest());
    }
    article.replaceChildren(...parts.filter(Boolean));
  };

  /** Shows an error page for an unknown id. */
  clout.showNobody = (article, id, message) => {
    article.replaceChildren(
      h("p", {}, h("a", { href: "#" }, "← Snapshot of " + date())),
      h("h1", { tabindex: "-1" }, message ? "Cannot show this person" : "Unknown id"),
      h("p", { class: "lead" }, clout.apart(id, 200)),
      clout.empty(message || "The snapshot of " + date() + " has no such id: it is unknown or has opted out. Ids must match exactly; the search also finds parts of ids."));
  };
})();
