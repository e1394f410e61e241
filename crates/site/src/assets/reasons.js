// The causes of a score change since the day before, as a waterfall with one step per cause.
"use strict";
(function () {
  const clout = window.clout;
  const { h, svg } = clout;

  const CAUSES = new Map([
    ["new_reactions", "New reactions"],
    ["faded_reactions", "Earlier reactions faded"],
    ["repeats_saturated", "Repeated reactions by the same people count less"],
    ["reactors_rose", "People who reacted gained rank or trust"],
    ["reactors_fell", "People who reacted lost rank or trust"],
    ["corroboration", "Credit for reactions by people without trust yet"],
    ["network_joined", "First appearance on a network"],
    ["network_left", "Last account on a network removed"],
    ["identity_changed", "Accounts were assigned to another person"],
    ["opted_out_reactors", "Earlier reactors opted out"],
    ["scale_limit", "Limits of the scale, 1 and 100"],
    ["recalibrated", "The model or its input changed"],
  ]);

  function step(from, to, scale, isTotal) {
    const [left, right] = [scale(Math.min(from, to)), scale(Math.max(from, to))];
    const name = isTotal ? "fill total" : to < from ? "fill down" : "fill";
    const width = Math.max(right - left, isTotal ? 0.6 : 0.3);
    return svg("svg", { class: "step", "aria-hidden": "true" },
      svg("line", { class: "rail", x1: 0, x2: "100%", y1: 8, y2: 8 }),
      svg("rect", { class: name, x: Math.min(left, 100 - width) + "%", width: width + "%", y: 3, height: 10, rx: 2 }));
  }

  const line = (title, detail, figure, bar) =>
    h("li", {},
      h("div", { class: "line" }, h("span", {}, title), h("span", { class: "figure" }, figure)),
      detail.length > 0 && h("div", { class: "quiet" }, detail),
      bar);

  const LEAST = 0.005; // Points; smaller steps are summed up in one step.
  const sum = (rows) => rows.reduce((all, row) => all + row.points, 0);
  const inWords = (detail) => detail.replace(/^([^:]*), answered(?=: |$)/, "$1, for attention given back");

  /** Returns one step per cause, largest first. Steps that round to 0.00 and unlisted causes form one last step. */
  function stepsOf(person) {
    const byCause = new Map();
    person.score_changes.forEach((row) => byCause.set(row.cause, (byCause.get(row.cause) || []).concat(row)));
    const title = (cause) => CAUSES.get(cause) || clout.apart(cause);
    const all = Array.from(byCause, ([cause, rows]) => ({ title: title(cause), points: sum(rows), rows }));
    const listed = all.filter(({ points }) => Math.abs(points) >= LEAST).sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
    const rest = person.scores.delta_1d - sum(listed);
    return Math.abs(rest) < LEAST ? listed : listed.concat({ title: "All other causes", points: rest, rows: [] });
  }

  /** Lists the networks and people of a step, with their points if there are several. */
  function details({ rows }) {
    const named = rows.filter((row) => row.detail !== "");
    return named.map((row) => h("div", {}, clout.apart(inWords(row.detail)),
      named.length > 1 && h("span", {}, " ", clout.delta(row.points))));
  }

  function waterfall(person, night) {
    const { score, delta_1d: delta } = person.scores;
    const changes = stepsOf(person);
    const before = score - delta;
    const levels = [before];
    changes.forEach((change) => levels.push(levels[levels.length - 1] + change.points));
    const [low, high] = [Math.min(...levels, score), Math.max(...levels, score)];
    const room = Math.max(high - low, 0.1) * 0.06;
    const scale = (points) => (100 * (points - low + room)) / (high - low + 2 * room);
    return h("ol", { class: "steps" },
      line(night.before, "", clout.points(before), step(before, before, scale, true)),
      changes.map((change, i) =>
        line(change.title, details(change), clout.delta(change.points),
          step(levels[i], levels[i + 1], scale, false))),
      line(night.now, "", clout.points(score), step(score, score, scale, true)));
  }

  function before(date) {
    return new Date(Date.parse(date) - 86400000).toISOString().slice(0, 10);
  }

  /** Builds the section about the causes of the last day's change. */
  clout.reasons = (person) => {
    const night = { now: clout.report.snapshot_date, before: before(clout.report.snapshot_date) };
    const about = "Change of the score from " + night.before + " to " + night.now + " by cause. The steps add up to the change.";
    const say = (...children) => clout.section("h-reasons", "Causes of the change (points)", about, ...children);
    if (person.scores.delta_1d === null) {
      return say(clout.empty("No change: this person has no published score on both dates."));
    }
    if (person.score_changes === null) {
      return say(clout.empty("Causes were not published on " + night.now + "."));
    }
    if (person.score_changes.length === 0) {
      return say(clout.empty(person.scores.delta_1d === 0 ? "The score did not change." : "No cause was published for this change."));
    }
    return say(waterfall(person, night));
  };
})();
