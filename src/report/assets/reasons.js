// Why a score moved since the day before: a waterfall, one step a reason.
"use strict";
(function () {
  const clout = window.clout;
  const { h, svg } = clout;

  const CAUSES = new Map([
    ["new_reactions", "New reactions"],
    ["faded_reactions", "Earlier reactions faded"],
    ["repeats_saturated", "The same people again, who count less each time"],
    ["reactors_rose", "People who react rose"],
    ["reactors_fell", "People who react fell"],
    ["corroboration", "Strangers are believed as far as known people react too"],
    ["network_joined", "A network joined"],
    ["network_left", "A network left"],
    ["identity_changed", "Accounts changed owners"],
    ["opted_out_reactors", "People who react opted out"],
    ["scale_limit", "The scale ends at 1 and 100"],
    ["recalibrated", "Another model, or a rebuild from other input"],
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
      detail && h("div", { class: "quiet" }, clout.apart(detail)),
      bar);

  function waterfall(person, night) {
    const { score, delta_1d: delta } = person.scores;
    const changes = person.score_changes.slice();
    const told = changes.reduce((sum, change) => sum + change.points, 0);
    const more = person.more.score_changes;
    if (more > 0) {
      changes.push({ cause: clout.many(more, "smaller reason", "smaller reasons"), detail: "", points: delta - told });
    }
    const before = score - delta;
    const levels = [before];
    changes.forEach((change) => levels.push(levels[levels.length - 1] + change.points));
    const [low, high] = [Math.min(...levels, score), Math.max(...levels, score)];
    const room = Math.max(high - low, 0.1) * 0.06;
    const scale = (points) => (100 * (points - low + room)) / (high - low + 2 * room);
    return h("ol", { class: "steps" },
      line(night.before, "", clout.points(before), step(before, before, scale, true)),
      changes.map((change, i) =>
        line(CAUSES.get(change.cause) || clout.apart(change.cause), change.detail, clout.delta(change.points),
          step(levels[i], levels[i + 1], scale, false))),
      line(night.now, "", clout.points(score), step(score, score, scale, true)));
  }

  function before(date) {
    return new Date(Date.parse(date) - 86400000).toISOString().slice(0, 10);
  }

  /** The section about the reasons of the last day's change. */
  clout.reasons = (person) => {
    const night = { now: clout.report.snapshot_date, before: before(clout.report.snapshot_date) };
    const about = "What moved the score from " + night.before + " to " + night.now + ", in points. The steps add up to the change.";
    const say = (...children) => clout.section("h-reasons", "Why it moved", about, ...children);
    if (person.scores.delta_1d === null) {
      return say(clout.empty("No change is known: there is no published score on both dates."));
    }
    if (person.score_changes === null) {
      return say(clout.empty("Reasons were not published on " + night.now + "."));
    }
    if (person.score_changes.length === 0) {
      return say(clout.empty(person.scores.delta_1d === 0 ? "Nothing moved it." : "No reason was published for this change."));
    }
    return say(waterfall(person, night));
  };
})();
