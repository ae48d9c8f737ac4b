/* What a term means is said beside it to who points at it, touches it or comes to it by keyboard; Escape takes it away. In the
   laboratory and in reports, where headings say it as their titles for those who have no scripts. */
(function () {
  "use strict";
  const TERM = "[data-means]";
  let box = null, shown = null, term = null;
  /* Of several headings that mean the same the first alone is a stop of the keyboard. */
  const stops = new Set();
  for (const head of document.querySelectorAll("th[title]")) {
    head.dataset.means = head.title;
    head.removeAttribute("title");
    if (!stops.has(head.dataset.means)) { head.tabIndex = 0; stops.add(head.dataset.means); }
  }
  const place = () => {
    if (!shown) { return; }
    const at = term.getBoundingClientRect(), size = box.getBoundingClientRect(), gap = 8;
    const below = at.top < size.height + 2 * gap;
    box.style.left = Math.max(gap, Math.min(at.left, innerWidth - size.width - gap)) + "px";
    box.style.top = (below ? at.bottom + gap : at.top - size.height - gap) + "px";
  };
  const hide = () => {
    if (!shown) { return; }
    box.hidden = true;
    shown.removeAttribute("aria-describedby");
    shown = null;
  };
  const show = (of, holder) => {
    if (!box) {
      box = document.createElement("div");
      box.id = "means";
      box.setAttribute("role", "tooltip");
    }
    hide();
    (of.closest("header, main, footer") || document.body).append(box);
    [term, shown] = [of, holder];
    box.textContent = term.dataset.means;
    box.lang = document.documentElement.lang;
    box.hidden = false;
    shown.setAttribute("aria-describedby", "means");
    place();
  };
  /* The term that is a part, holds it, or is what a button, link or field is called. */
  const named = (e) => {
    if (e.matches(TERM)) { return e; }
    if (e.matches("button, a, summary")) { return e.querySelector(TERM); }
    return e.labels && e.labels[0] ? e.labels[0].querySelector(TERM) : null;
  };
  /* A label or legend of a picture: its figure says what the terms in it mean. */
  const drawn = (e) => {
    const label = e.closest(".js-plotly-plot .infolayer :is(g.traces, text)");
    if (!label || label.dataset.means) { return; }
    const plot = label.closest(".js-plotly-plot");
    const said = plot.layout && plot.layout.meta && plot.layout.meta.means;
    const text = label.matches("text") ? label : label.querySelector("text");
    const means = said && text && said[text.dataset.unformatted || text.textContent];
    if (means) { label.dataset.means = means; }
  };
  document.addEventListener("pointerover", (e) => {
    if (e.target.closest) { drawn(e.target); }
    const found = e.target.closest && e.target.closest(TERM);
    /* A pointer that lies still under a page moved by the keyboard takes nothing away. */
    const kept = shown && shown === document.activeElement && shown.matches(":focus-visible");
    if (found) { show(found, found); } else if (!kept && !(box && box.contains(e.target))) { hide(); }
  });
  document.addEventListener("focusin", (e) => {
    const found = named(e.target);
    if (found) { show(found, e.target); } else { hide(); }
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") { hide(); } });
  document.addEventListener("scroll", place, { capture: true, passive: true });
})();
